# SPDX-License-Identifier: Apache-2.0

import testtools

from cassandra_scheduler.model import resource_request
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.scheduling.claims import claiming
from cassandra_scheduler.scheduling import placement_request
from cassandra_scheduler.scheduling import transcript

HOST = placement_request.Candidate(tree_model.Tree(
    't', version=1, providers={'p': tree_model.Provider(
        'p', 'host', inventories={'VCPU': tree_model.Inventory(8)})},
    used={('p', 'VCPU'): 6}))


def allocation(**units):
    return resource_request.AllocationRequest(
        {(provider, 'VCPU'): amount for provider, amount in units.items()},
        {})


class TestFits(testtools.TestCase):

    def claims(self, deadline_s=10.0):
        return claiming.Claims(None, notes=transcript.Notes(''),
                               deadline_s=deadline_s)

    def test_the_host_s_own_share_decides(self):
        self.assertTrue(self.claims().may_fit(HOST, allocation(p=2, pool=99)))
        self.assertFalse(self.claims().may_fit(HOST, allocation(p=3, pool=1)))

    def test_nothing_fits_when_it_is_late(self):
        self.assertFalse(
            self.claims(deadline_s=0).may_fit(HOST, allocation(p=1)))
