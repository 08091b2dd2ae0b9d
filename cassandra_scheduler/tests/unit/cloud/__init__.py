# SPDX-License-Identifier: Apache-2.0
"""The pure parts of the cloud of real processes."""
