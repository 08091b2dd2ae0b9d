# SPDX-License-Identifier: Apache-2.0

"""A Nova scheduler whose state is Apache Cassandra.

Compute nodes write what they have, a request becomes a query, and a
lightweight transaction guards the choice. Nothing here imports upwards:
setup.cfg, section importlinter, says which room may import which. Read next:
scheduling, which decides.
"""
