# SPDX-License-Identifier: Apache-2.0

"""A cloud on one machine, to see the scheduler at work.

Promises: Nova's own API, conductor and computes over this project's
schedulers, reporters and Placement API; a verdict read from Cassandra.
Refuses: to touch anything but its own folder, ports, keyspace and children.
Read ``running`` first: everything that happens, in order.
"""
