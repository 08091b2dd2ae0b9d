# SPDX-License-Identifier: Apache-2.0
"""A cloud on one machine, to see the scheduler at work.

Promises: Nova's own API, conductor and computes with this project's
schedulers, reporters and Placement API, and a verdict read from Cassandra.
Refuses: to touch anything but its own folder, ports, keyspace and child
processes. Read ``scenario`` first: everything that happens, in order.
"""
