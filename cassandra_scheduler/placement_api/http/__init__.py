# SPDX-License-Identifier: Apache-2.0
"""How requests reach the Placement API: by HTTP or in this process."""
