# SPDX-License-Identifier: Apache-2.0
"""Groups [scheduler] and [cassandra_scheduler]: how hosts are chosen.

Promises: defaults that suit ten hosts as well as ten thousand. Refuses:
Nova's own options; those keep their names and places. Read next:
registration.
"""

from oslo_config import cfg

# The group is Nova's; only the option that Nova dropped comes from here.
NOVA_GROUP = cfg.OptGroup('scheduler')

NOVA_OPTS = [
    cfg.StrOpt(
        'driver',
        default='cassandra_scheduler',
        help='Which scheduler nova-cassandra-scheduler runs: '
             '"cassandra_scheduler", or "filter_scheduler" for the one that '
             'comes with Nova. Other packages can add names through the '
             'entry point namespace nova.scheduler.driver.'),
]

GROUP = cfg.OptGroup(
    'cassandra_scheduler',
    title='Cassandra scheduler',
    help='How candidates are read, ranked and claimed.')

OPTS = [
    cfg.IntOpt(
        'candidate_page',
        default=50,
        min=1,
        max=5000,
        help='How many hosts one candidate query reads at most. Where no '
             'more hosts than this have room for a request, all of them are '
             'ranked, as with Nova; see candidate_sample for larger clouds. '
             'Further pages are read until a host passes or all have been '
             'seen.'),
    cfg.IntOpt(
        'candidate_sample',
        default=10,
        min=1,
        max=5000,
        help='How many hosts with room are drawn from a cloud that has more '
             'than candidate_page of them; the best of these gets the '
             'server. The draw begins at another place every time, which '
             'keeps schedulers apart. More hosts make the choice better and '
             'each placement slower: set it to candidate_page to rank that '
             'many always. If none of them passes, twice as many are read '
             'next.'),
    cfg.BoolOpt(
        'push_down_filters',
        default=True,
        help='Let the candidate query leave out hosts that the enabled '
             'filters would refuse; the filters decide all the same. Set it '
             'to false while services of an older version still write the '
             'rows of hosts, which would not be found by what those do not '
             'know of, or to see whether the query or a filter left a host '
             'out.'),
    cfg.FloatOpt(
        'ranking_tolerance',
        default=0.0,
        min=0.0,
        help='Hosts whose weights differ from the best by no more than this '
             'are taken as equals, in random order, so that schedulers '
             'working side by side do not all turn to the same host. It is '
             'in the unit of the weights: each weigher gives 0 to 1, times '
             'its multiplier. 0 shuffles only hosts of exactly the same '
             'weight.'),
    cfg.FloatOpt(
        'claim_deadline',
        default=30.0,
        min=0.1,
        help='Seconds that one request may spend on claims, over all hosts '
             'it tries. After that it fails with "no valid host". Keep it '
             'below [DEFAULT] rpc_response_timeout, 60 by default.'),
    cfg.IntOpt(
        'claim_timeout',
        default=600,
        min=60,
        help='Seconds after which a claim is freed whose instance never '
             'came to exist. The compute node that holds the claim does it. '
             'A claim of an instance that does exist is never freed by '
             'time.'),
    cfg.StrOpt(
        'placement_client',
        default='http',
        choices=[('http', 'as Nova always does, by the [placement] options'),
                 ('in-process', 'the Placement API runs in the service '
                  'itself, straight on Cassandra')],
        help='How nova-cassandra-scheduler and nova-cassandra-compute reach '
             'the Placement API. In process they need neither its endpoint '
             'nor a token from keystone for it, and no placement.conf is '
             'read. Everything else, Nova\'s API and conductor among it, '
             'still needs the Placement API over HTTP.'),
    cfg.IntOpt(
        'max_sample',
        default=200,
        min=1,
        help='How many hosts are looked at, at most, to explain why none '
             'was found. It has no influence on finding one.'),
]
