# SPDX-License-Identifier: Apache-2.0

"""A real Cassandra on this machine, for demo, tests and DevStack.

Promises: one or three nodes on 127.0.0.x, started and stopped by the process
ids it wrote down itself. Refuses: any address that is not loopback, and
any node that it did not start. Read next: cluster, which is the door;
cmd.local_commands is its command line.
"""
