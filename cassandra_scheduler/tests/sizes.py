# SPDX-License-Identifier: Apache-2.0
"""How much the long tests try: a little in CI, all of it at night.

Promises: each size has a short form and a long form; ``tox -e nightly`` sets
CASSANDRA_SCHEDULER_TEST_NIGHTLY and gets the long ones. An environment
variable CASSANDRA_SCHEDULER_TEST_<size> overrides both. Refuses: a test that
asserts less at night than it would without this module.
"""

import os
import unittest

NIGHTLY = os.environ.get('CASSANDRA_SCHEDULER_TEST_NIGHTLY') == '1'


def _size(name, *, short, long):
    text = os.environ.get(f'CASSANDRA_SCHEDULER_TEST_{name}')
    if text is not None:
        return type(short)(text)
    return long if NIGHTLY else short


#: Seconds that the soak test works on the Placement API.
SOAK_S = _size('SOAK_S', short=10.0, long=60.0)
#: How many of its workers are killed meanwhile.
SOAK_KILLS = _size('SOAK_KILLS', short=1, long=3)
#: Pairs of a host and a request that each predicate is tried on.
PAIRS = _size('PAIRS', short=200, long=2000)
#: Hosts and requests, for which Nova's scheduler and ours answer the same.
PARITY_HOSTS = _size('PARITY_HOSTS', short=60, long=200)
PARITY_REQUESTS = _size('PARITY_REQUESTS', short=60, long=500)
#: So many of them use every filter and every weigher.
ALL_PLUGINS_SEEN = 500
#: Clouds in which Placement's candidates and ours are the same.
CANDIDATE_CLOUDS = _size('CANDIDATE_CLOUDS', short=15, long=60)
#: Trees of the cloud that is brought in and taken out.
TRANSFER = ({'nested': 120, 'flat': 158} if NIGHTLY else
            {'nested': 12, 'flat': 16})
#: One of its providers and consumers in so many is compared; and of the
#: small cloud that other tests of the transfer use.
TRANSFER_COMPARED = 20 if NIGHTLY else 4
COMPARED = 1 if NIGHTLY else 3
#: Claims of old schedulers before ``db sync``, and again after it.
TAKEOVER_CLAIMS = _size('TAKEOVER_CLAIMS', short=20, long=400)


#: Marks a test, or a class, that only runs at night.
nightly = unittest.skipUnless(NIGHTLY, 'long: it runs in "tox -e nightly"')
