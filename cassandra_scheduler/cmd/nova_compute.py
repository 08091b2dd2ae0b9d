# SPDX-License-Identifier: Apache-2.0
"""``nova-cassandra-compute``: nova-compute that reports to Cassandra.

Takes the flags and the configuration files of nova-compute.
"""

from cassandra_scheduler.cmd import launching


def main():
    """Run nova-compute with our manager."""
    launching.run('nova-compute', 'compute', _manager)


def _manager(conf):
    # It imports Nova, so it must come after launching has begun.
    from cassandra_scheduler.reporter import compute
    return compute.CassandraComputeManager
