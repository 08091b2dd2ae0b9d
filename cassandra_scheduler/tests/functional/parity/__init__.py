# SPDX-License-Identifier: Apache-2.0
"""Whole requests, decided by Nova's scheduler and by ours."""
