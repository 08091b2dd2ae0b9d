# SPDX-License-Identifier: Apache-2.0
"""What the Placement API does to providers: find, create, rename, move."""
