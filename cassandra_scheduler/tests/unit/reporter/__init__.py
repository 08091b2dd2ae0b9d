# SPDX-License-Identifier: Apache-2.0
"""What the reporter thinks before it writes."""
