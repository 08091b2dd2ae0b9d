# SPDX-License-Identifier: Apache-2.0
"""What Nova's filters and weighers see of a host, made from its tree."""
