# SPDX-License-Identifier: Apache-2.0
"""Checks what Cassandra holds of a cloud, and mends what is not right.

A scan of the whole cloud yields suspicions. Each is looked at again, twice
and serially; what stands both times, and is older than anything that may be
under way, is a finding. Healing reads once more and writes on the condition
that nothing has changed since, through the rooms that write anyway. Knows no
CQL, no Nova, no options. Read ``running`` first, ``invariants`` in tests.
"""
