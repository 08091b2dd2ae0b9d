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
             'commas. The other nodes are found from these, so two or three '
             'of the local datacenter are enough.'),
    cfg.PortOpt(
        'port',
        default=9042,
        help='The port on which every Cassandra node listens for clients.'),
    cfg.StrOpt(
        'local_datacenter',
        default='datacenter1',
        help='The Cassandra datacenter that this service talks to, spelled '
             'as "nodetool status" prints it. Nodes elsewhere are never '
             'asked.'),
    cfg.StrOpt(
        'keyspace',
        default='cassandra_scheduler',
        regex='^[a-z][a-z0-9_]{0,47}$',
        help='The keyspace that holds the tables. "cassandra-scheduler db '
             'sync" creates it if it does not exist. At most 48 lower-case '
             'letters, digits and underscores, a letter first.'),
    cfg.Opt(
        'replication',
        type=types.Dict(types.Integer(min=1)),
        default={'datacenter1': 1},
        help='Copies of every row in each datacenter, as '
             'datacenter:copies separated by commas. Three in each survives '
             'the loss of one node without a pause; the default of one copy '
             'suits only a trial. It is used when the keyspace is created '
             'and not changed afterwards: use ALTER KEYSPACE and "nodetool '
             'repair" for that.'),
    cfg.StrOpt(
        'cloud',
        default='default',
        help='Which cloud this service belongs to. It is part of every '
             'partition key, so that several clouds may share one keyspace '
             'without seeing each other. All services of one cloud must '
             'use the same value, and it cannot be changed later.'),
]

WHO = [
    cfg.StrOpt(
        'username',
        help='The Cassandra role to log in as. Leave it empty where the '
             'cluster asks for no login.'),
    cfg.StrOpt(
        'password',
        secret=True,
        help='The password of the role named by "username".'),
    cfg.StrOpt(
        'ssl_ca_file',
        help='A file with the certificate authorities, in PEM, that sign the '
             'nodes\' certificates. Setting it turns encryption on.'),
    cfg.StrOpt(
        'ssl_cert_file',
        help='A file with this service\'s own certificate, in PEM, where the '
             'cluster requires one from its clients. It needs '
             '"ssl_key_file" and "ssl_ca_file" as well.'),
    cfg.StrOpt(
        'ssl_key_file',
        help='A file with the private key, in PEM, of "ssl_cert_file".'),
    cfg.BoolOpt(
        'ssl_verify_hostname',
        default=True,
        help='Whether the certificate of a node must name the address that '
             'was dialled. Turn it off only where the certificates carry '
             'no addresses.'),
]

HOW = [
    cfg.StrOpt(
        'read_consistency',
        default='LOCAL_QUORUM',
        choices=READ_LEVELS,
        help='The consistency level of reads that must not miss what was '
             'written a moment ago, and of writes that carry no condition.'),
    cfg.StrOpt(
        'candidate_consistency',
        default='LOCAL_ONE',
        choices=READ_LEVELS,
        help='The consistency level of the query for candidate hosts. It may '
             'be stale without harm, because the claim that follows checks '
             'again; a higher level only costs time.'),
    cfg.StrOpt(
        'serial_consistency',
        default='LOCAL_SERIAL',
        choices=SERIAL_LEVELS,
        help='The consistency level at which conditional writes are decided, '
             'and of reads that must see each of them. LOCAL_SERIAL is safe '
             'only while all services of a cloud use the same '
             '"local_datacenter". Otherwise all of them must use SERIAL.'),
    cfg.FloatOpt(
        'connect_timeout',
        default=5.0,
        min=0.1,
        help='Seconds to wait for a node to accept a connection.'),
    cfg.FloatOpt(
        'request_timeout',
        default=10.0,
        min=0.1,
        help='Seconds to wait for the answer to one statement. A conditional '
             'write that was not answered in this time is looked up '
             'before anything else is done.'),
    cfg.FloatOpt(
        'clock_tolerance',
        default=5.0,
        min=0.1,
        help='Seconds by which the clocks of this host and of the Cassandra '
             'nodes may differ; services refuse to start when it is more. '
             'Last signs of life are written with the clock of one host '
             'and read with that of another, so keep it well below '
             '[DEFAULT] service_down_time, 60 by default.'),
]

OPTS = WHERE + WHO + HOW
