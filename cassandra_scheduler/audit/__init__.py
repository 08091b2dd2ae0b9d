# SPDX-License-Identifier: Apache-2.0
"""Checks all that Cassandra holds of a cloud, and mends what is wrong.

A scan of the whole cloud yields suspects. Each is read twice more, at
SERIAL. It is a finding if it is wrong both times and older than anything that
may be under way. Healing reads once more, and writes on the condition that
nothing has changed since. It writes through ``store``, as everybody does.
Knows no CQL, no Nova, no options. Read ``running`` first, ``invariants`` in
tests.
"""
