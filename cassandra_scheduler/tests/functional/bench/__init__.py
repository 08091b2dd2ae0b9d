# SPDX-License-Identifier: Apache-2.0
"""Measurements, with sizes so small that only their running is tested."""
