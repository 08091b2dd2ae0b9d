# SPDX-License-Identifier: Apache-2.0

"""Tests that touch neither network nor disk."""
