# SPDX-License-Identifier: Apache-2.0
"""The ground under Nova's unit scenarios: hosts that are rows."""
