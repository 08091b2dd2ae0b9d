# SPDX-License-Identifier: Apache-2.0
"""The two files that a node reads: cassandra.yaml and logback.xml."""

import pathlib

import yaml

from cassandra_scheduler.testbed import certificates
from cassandra_scheduler.testbed import cluster_plan

YAML = 'cassandra.yaml'
LOGBACK = 'logback.xml'

# What is the same for every node here. Time-outs are longer than Cassandra's
# own because tests and builds share the machine.
_COMMON = {
    'num_tokens': 16,
    'partitioner': 'org.apache.cassandra.dht.Murmur3Partitioner',
    'endpoint_snitch': 'SimpleSnitch',
    'dynamic_snitch': False,
    # The modern formats: paxos of two round trips, BTI sstables, tries.
    'storage_compatibility_mode': 'NONE',
    'paxos_variant': 'v2',
    'sstable': {'selected_format': 'bti'},
    'memtable': {'configurations': {
        'default': {'class_name': 'TrieMemtable'}}},
    'commitlog_sync': 'periodic',
    'commitlog_sync_period': '10000ms',
    'commitlog_total_space': '1024MiB',
    'auto_snapshot': False,
    'read_request_timeout': '10s',
    'range_request_timeout': '20s',
    'write_request_timeout': '10s',
    'counter_write_request_timeout': '10s',
    'cas_contention_timeout': '5s',
    'truncate_request_timeout': '60s',
    'request_timeout': '20s',
    'native_transport_timeout': '30s',
    # Small on purpose: several nodes and the tests share the cores.
    'concurrent_reads': 16,
    'concurrent_writes': 16,
    'concurrent_counter_writes': 2,
    'concurrent_materialized_view_writes': 2,
    'concurrent_compactors': 1,
    'memtable_flush_writers': 1,
    'native_transport_max_threads': 64,
    'key_cache_size': '0MiB',
    'row_cache_size': '0MiB',
    'counter_cache_size': '0MiB',
    'paxos_cache_size': '16MiB',
    'file_cache_size': '64MiB',
    'networking_cache_size': '32MiB',
    'prepared_statements_cache_size': '16MiB',
}
_FOLDERS = {
    'commitlog_directory': 'commitlog',
    'saved_caches_directory': 'saved_caches',
    'hints_directory': 'hints',
    'cdc_raw_directory': 'cdc_raw',
}
_AUTHENTICATION = {
    'authenticator': {'class_name': 'PasswordAuthenticator'},
    'authorizer': {'class_name': 'CassandraAuthorizer'},
    'role_manager': {'class_name': 'CassandraRoleManager'},
}
_LOGBACK = """\
<configuration>
  <appender name="FILE"
            class="ch.qos.logback.core.rolling.RollingFileAppender">
    <file>${cassandra.logdir}/system.log</file>
    <rollingPolicy
        class="ch.qos.logback.core.rolling.FixedWindowRollingPolicy">
      <fileNamePattern>${cassandra.logdir}/system.log.%i</fileNamePattern>
      <maxIndex>3</maxIndex>
    </rollingPolicy>
    <triggeringPolicy
        class="ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy">
      <maxFileSize>20MB</maxFileSize>
    </triggeringPolicy>
    <encoder>
      <pattern>%-5level [%thread] %date %logger{0}:%line - %msg%n</pattern>
    </encoder>
  </appender>
  <root level="INFO"><appender-ref ref="FILE"/></root>
</configuration>
"""


def render(plan: cluster_plan.ClusterPlan, number: int) -> dict:
    """Return the settings of one node as cassandra.yaml nests them."""
    folder = plan.node_folder(number)
    address = plan.addresses[number - 1]
    seeds = f'{plan.addresses[0]}:{plan.internode_port}'
    settings = _COMMON | {
        'cluster_name': plan.name,
        'listen_address': address,
        'rpc_address': address,
        'native_transport_port': plan.port,
        'storage_port': plan.internode_port,
        'seed_provider': [{
            'class_name': 'org.apache.cassandra.locator.SimpleSeedProvider',
            'parameters': [{'seeds': seeds}],
        }],
        'data_file_directories': [str(folder / 'data')],
    }
    for setting, name in _FOLDERS.items():
        settings[setting] = str(folder / name)
    if plan.authentication:
        settings |= _AUTHENTICATION
    if plan.tls:
        settings['client_encryption_options'] = {
            'enabled': True,
            'optional': False,
            'keystore': str(certificates.keystore(plan)),
            'keystore_password': certificates.PASSWORD,
        }
    return settings | plan.settings


def write(plan: cluster_plan.ClusterPlan, number: int) -> pathlib.Path:
    """Write both files of one node; return their folder."""
    folder = plan.node_folder(number)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / YAML).write_text(
        yaml.safe_dump(render(plan, number), sort_keys=False))
    (folder / LOGBACK).write_text(_LOGBACK)
    return folder
