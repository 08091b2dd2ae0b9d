# SPDX-License-Identifier: Apache-2.0
"""What a scheduler copies from Nova's databases between requests."""
