# SPDX-License-Identifier: Apache-2.0
"""Audits of clouds that were damaged, and of some that were not."""
