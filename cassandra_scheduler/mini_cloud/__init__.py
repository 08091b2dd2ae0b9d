# SPDX-License-Identifier: Apache-2.0
"""Upstream Placement's candidate code over a few trees.

Promises: the allocation candidates of some trees, nested, granular and
sharing requests included, by upstream's own rules and in this process.
Refuses: trees it was not given, the store, and Nova. Start with ``search``;
``manifest`` names every upstream function that is replaced.
"""
