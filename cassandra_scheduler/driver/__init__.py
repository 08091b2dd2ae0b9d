# SPDX-License-Identifier: Apache-2.0

"""What nova-scheduler loads.

Promises: Nova's scheduler RPC answered from Cassandra, with Nova's own
filters and weighers on top. Nova's objects are translated here and go no
further in. Refuses: Placement, CQL, and choosing hosts itself. Read next:
scheduling.
"""
