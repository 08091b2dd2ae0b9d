# SPDX-License-Identifier: Apache-2.0
"""Groups [scheduler] and [cassandra_scheduler]: how hosts are chosen.

Promises: defaults that suit ten hosts as well as ten thousand. Refuses:
Nova's own options, which keep their names and groups. Read next:
registration.
"""

from oslo_config import cfg

# The group is Nova's; only the option that Nova dropped comes from here.
NOVA_GROUP = cfg.OptGroup('scheduler')

NOVA_OPTS = [
    cfg.StrOpt(
        'driver',
        default='cassandra_scheduler',
        help='The scheduler that nova-cassandra-scheduler runs: '
             '"cassandra_scheduler", or "filter_scheduler" for Nova\'s own. '
             'Other packages can add names through the entry points '
             'nova.scheduler.driver.'),
]

GROUP = cfg.OptGroup(
    'cassandra_scheduler',
    title='Cassandra scheduler',
    help='How the scheduler reads, weighs and claims candidate hosts.')

OPTS = [
    cfg.IntOpt(
        'candidate_page',
        default=50,
        min=1,
        max=5000,
        help='The largest number of hosts that one candidate query reads. '
             'If no more hosts than this have room for a request, all of '
             'them are weighed, as with Nova. For larger clouds, see '
             'candidate_sample. The scheduler reads more pages until a host '
             'passes the filters or no host is left.'),
    cfg.IntOpt(
        'candidate_sample',
        default=10,
        min=1,
        max=5000,
        help='The number of hosts to compare if more than candidate_page '
             'hosts have room for a request. The best of them gets the '
             'server. Each request starts at a random place, so that two '
             'schedulers seldom choose the same host. With more hosts the '
             'choice is better and takes longer. Set it to candidate_page '
             'to always compare that many. If no host passes the filters, '
             'the scheduler reads twice as many next.'),
    cfg.BoolOpt(
        'push_down_filters',
        default=True,
        help='Whether the candidate query leaves out hosts that the enabled '
             'filters would refuse. The filters still check each host that '
             'the query finds. Set it to false while compute services of an '
             'older version are running: their rows may lack what the query '
             'looks for. Set it to false also to find out whether the query '
             'or a filter leaves out a host.'),
    cfg.FloatOpt(
        'ranking_tolerance',
        default=0.0,
        min=0.0,
        help='Hosts count as equal if their weights differ from the best '
             'weight by no more than this. Equal hosts are tried in random '
             'order, so that several schedulers do not all choose the same '
             'host. The unit is that of the weights: each weigher gives 0 '
             'to 1, times its multiplier. With 0, only hosts of exactly the '
             'same weight count as equal.'),
    cfg.FloatOpt(
        'claim_deadline',
        default=30.0,
        min=0.1,
        help='Seconds that one request may spend on claims, on all hosts '
             'together. After that it fails with "no valid host". Keep it '
             'below [DEFAULT] rpc_response_timeout, which is 60 by default.'),
    cfg.IntOpt(
        'claim_timeout',
        default=600,
        min=60,
        help='Seconds after which the compute service frees a claim on its '
             'host if the instance of the claim does not exist. If the '
             'instance exists, its claim is never freed because of its '
             'age.'),
    cfg.StrOpt(
        'placement_client',
        default='http',
        choices=[('http', 'over HTTP, by the options in [placement]'),
                 ('in-process', 'inside the service itself, which then reads '
                  'and writes Cassandra')],
        help='How nova-cassandra-scheduler and nova-cassandra-compute reach '
             'the Placement API. With "in-process" they need no endpoint, '
             'no token of keystone and no placement.conf for it. All other '
             'services, such as Nova\'s API and conductor, still need the '
             'Placement API over HTTP.'),
    cfg.IntOpt(
        'max_sample',
        default=200,
        min=1,
        help='The largest number of hosts that the scheduler checks to '
             'explain "no valid host" in its log. It does not change which '
             'host is chosen.'),
]
