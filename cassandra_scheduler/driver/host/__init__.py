# SPDX-License-Identifier: Apache-2.0
"""Shows Nova's filters and weighers a host, from its tree."""
