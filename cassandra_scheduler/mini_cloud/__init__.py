# SPDX-License-Identifier: Apache-2.0
"""Upstream Placement's candidate code over a few trees.

Promises: the allocation candidates of some trees, by upstream's own rules and
in this process. Nested, granular and sharing requests work. Refuses: other
trees than the given ones, the store, and Nova. Start with ``search``;
``manifest`` names every upstream function that is replaced.
"""
