# SPDX-License-Identifier: Apache-2.0
"""The driver's translations, which need nothing but Nova's objects."""
