# SPDX-License-Identifier: Apache-2.0
"""The mini-cloud, held against upstream's own search."""
