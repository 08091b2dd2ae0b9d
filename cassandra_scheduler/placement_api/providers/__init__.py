# SPDX-License-Identifier: Apache-2.0
"""What the Placement API does to providers, allocations and custom names."""
