# SPDX-License-Identifier: Apache-2.0
"""What two databases say, compared."""
