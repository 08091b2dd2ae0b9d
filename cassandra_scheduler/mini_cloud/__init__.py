# SPDX-License-Identifier: Apache-2.0

"""Upstream Placement's candidate code over a few rows.

Promises: the candidates of one page of rows, nested, granular and sharing
requests included, by upstream's own rules. Refuses: rows that the query did
not return, and Nova. Read next: scheduling.
"""
