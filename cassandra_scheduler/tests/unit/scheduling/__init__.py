# SPDX-License-Identifier: Apache-2.0
"""The decision, with nothing around it."""
