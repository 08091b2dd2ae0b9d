# SPDX-License-Identifier: Apache-2.0
"""The documentation, where it can be tried."""
