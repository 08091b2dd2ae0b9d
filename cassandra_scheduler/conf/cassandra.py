# SPDX-License-Identifier: Apache-2.0
"""Group [cassandra]: where the cluster is and how to speak to it.

Promises: one option per field of store.settings.Settings, under the same
name. Refuses: opening a connection. Read next: registration.
"""

from oslo_config import cfg
from oslo_config import types

READ_LEVELS = ('ONE', 'LOCAL_ONE', 'QUORUM', 'LOCAL_QUORUM',
               'EACH_QUORUM', 'ALL')
SERIAL_LEVELS = ('LOCAL_SERIAL', 'SERIAL')

GROUP = cfg.OptGroup(
    'cassandra',
    title='Cassandra',
    help='The Apache Cassandra cluster that holds the state of the cloud.')

WHERE = [
    cfg.ListOpt(
        'contact_points',
        default=['127.0.0.1'],
        item_type=types.HostAddress(),
        help='Addresses or names of a few Cassandra nodes, separated by '
             'commas. The service finds all other nodes from these, so two '
             'or three nodes of the local datacenter are enough.'),
    cfg.PortOpt(
        'port',
        default=9042,
        help='The port on which every Cassandra node listens for clients.'),
    cfg.StrOpt(
        'local_datacenter',
        default='datacenter1',
        help='The Cassandra datacenter that this service talks to, spelled '
             'as "nodetool status" prints it. The service sends nothing to '
             'nodes of other datacenters.'),
    cfg.StrOpt(
        'keyspace',
        default='cassandra_scheduler',
        regex='^[a-z][a-z0-9_]{0,47}$',
        help='The keyspace that holds the tables. "cassandra-scheduler db '
             'sync" creates it if it does not exist. The name starts with a '
             'letter and has at most 48 lower-case letters, digits and '
             'underscores.'),
    cfg.Opt(
        'replication',
        type=types.Dict(types.Integer(min=1)),
        default={'datacenter1': 1},
        help='How many copies of every row each datacenter keeps, as '
             'datacenter:copies separated by commas. With three copies, the '
             'services go on working when one node fails. The default of '
             'one copy is for trials only. The option is used once, when '
             'the keyspace is created. To change the number of copies '
             'later, use ALTER KEYSPACE and "nodetool repair".'),
    cfg.StrOpt(
        'cloud',
        default='default',
        help='The cloud that this service belongs to. Several clouds may '
             'share one keyspace: the name is part of every partition key, '
             'so no cloud sees another. All services of one cloud must use '
             'the same value. It cannot be changed later.'),
]

WHO = [
    cfg.StrOpt(
        'username',
        help='The Cassandra role to log in as. Leave it empty if the '
             'cluster needs no login.'),
    cfg.StrOpt(
        'password',
        secret=True,
        help='The password of the role named by "username".'),
    cfg.StrOpt(
        'ssl_ca_file',
        help='A file, in PEM, with the certificate authorities that sign the '
             'certificates of the nodes. If it is set, connections are '
             'encrypted.'),
    cfg.StrOpt(
        'ssl_cert_file',
        help='A file, in PEM, with the certificate of this service. Set it '
             'if the cluster requires client certificates. Then also set '
             '"ssl_key_file" and "ssl_ca_file".'),
    cfg.StrOpt(
        'ssl_key_file',
        help='A file, in PEM, with the private key of "ssl_cert_file".'),
    cfg.BoolOpt(
        'ssl_verify_hostname',
        default=True,
        help='Whether the certificate of a node must contain the address '
             'that the service connects to. Set it to false only if the '
             'certificates contain no addresses.'),
]

HOW = [
    cfg.StrOpt(
        'read_consistency',
        default='LOCAL_QUORUM',
        choices=READ_LEVELS,
        help='The consistency level of all writes, and of reads that must '
             'see the newest data.'),
    cfg.StrOpt(
        'candidate_consistency',
        default='LOCAL_ONE',
        choices=READ_LEVELS,
        help='The consistency level of the query for candidate hosts. Stale '
             'data does no harm: the claim checks the host again, and a '
             'request that finds no host reads once more at '
             '"read_consistency". A higher level only costs time.'),
    cfg.StrOpt(
        'serial_consistency',
        default='LOCAL_SERIAL',
        choices=SERIAL_LEVELS,
        help='The consistency level of conditional writes, and of the reads '
             'that find out whether such a write was applied. LOCAL_SERIAL '
             'is safe only if all services of a cloud use the same '
             '"local_datacenter". If they do not, all of them must use '
             'SERIAL.'),
    cfg.FloatOpt(
        'connect_timeout',
        default=5.0,
        min=0.1,
        help='Seconds to wait for a node to accept a connection.'),
    cfg.FloatOpt(
        'request_timeout',
        default=10.0,
        min=0.1,
        help='Seconds to wait for the answer to one statement. If a '
             'conditional write is not answered in this time, the service '
             'first reads whether it was applied.'),
    cfg.FloatOpt(
        'clock_tolerance',
        default=5.0,
        min=0.1,
        help='Seconds by which the clocks of this host and of the Cassandra '
             'nodes may differ. If they differ more, services refuse to '
             'start. Heartbeats are written with the clock of one host and '
             'compared with the clock of another. So keep this option well '
             'below [DEFAULT] service_down_time, which is 60 by default.'),
]

OPTS = WHERE + WHO + HOW
