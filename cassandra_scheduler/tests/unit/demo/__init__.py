# SPDX-License-Identifier: Apache-2.0
"""What the demo says of a cloud, on values."""
