# SPDX-License-Identifier: Apache-2.0
"""``nova-cassandra-compute``: nova-compute that reports to Cassandra.

Takes the flags and the configuration files of nova-compute.
"""


def main():
    """Run nova-compute with our manager."""
    # Nova chooses its kind of threads when this is imported, so it must come
    # before whatever else would import threads or sockets.
    from nova.cmd import compute as nova_command

    from cassandra_scheduler.cmd import launching
    launching.run('nova-compute', nova_command, lambda conf: _manager())


def _manager():
    from cassandra_scheduler.reporter import compute
    return compute.CassandraComputeManager
