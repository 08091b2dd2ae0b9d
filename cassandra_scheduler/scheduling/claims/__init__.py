# SPDX-License-Identifier: Apache-2.0
"""Claims: what is written when a consumer takes resources.
"""
