# SPDX-License-Identifier: Apache-2.0

"""The decision: which provider, and the claim on it.

Promises: a request that fits somewhere is placed, and no room is promised
twice. Refuses: Nova, Placement, options and CQL text; all that comes in as
values. Read next: resource_types, which says what a query may ask.
"""
