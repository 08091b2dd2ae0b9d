# SPDX-License-Identifier: Apache-2.0

import testtools

from cassandra_scheduler.model import resource_request as request_model
from cassandra_scheduler.resource_types import base


def narrowed(*groups, **fields):
    """Return the (column, value) pairs that the query is narrowed by."""
    return [(one.column, one.value) for one in base.Base().restrictions(
        request_model.ResourceRequest(groups, **fields))]


class TestRestrictions(testtools.TestCase):

    def test_what_nearly_every_host_has_is_not_asked_for(self):
        self.assertEqual([('root_traits', 'CUSTOM_A')], narrowed(
            root_required=frozenset({'OWNER_NOVA', 'CUSTOM_A'})))
        self.assertEqual([('tree_traits', 'CUSTOM_B')], narrowed(
            request_model.ResourceGroup(required=(
                frozenset({'COMPUTE_NODE'}), frozenset({'CUSTOM_B'})))))

    def test_one_of_several_is_not_asked_for(self):
        either = frozenset({'a', 'b'})
        self.assertEqual([('tree_aggregates', 'c')], narrowed(
            request_model.ResourceGroup(
                required=(either,), member_of=(either, frozenset({'c'})))))
