# SPDX-License-Identifier: Apache-2.0
"""Stands for ``placement.objects.usage``; its class stays upstream's.

What is used of a provider is counted in its tree. What a project uses is the
sum over the rows of its consumers, which an index finds.
"""

import collections

from placement.objects import consumer_type as consumer_type_objects
from placement.objects import usage

from cassandra_scheduler.placement_api.providers import finding

#: Consumers without a type are reported under this type.
UNKNOWN = consumer_type_objects.NULL_CONSUMER_TYPE_ALIAS


def get_all_by_resource_provider_uuid(context, rp_uuid):
    """Return a Usage per resource class that a provider offers."""
    found = finding.find(context.store, rp_uuid)
    if found is None:
        return []
    return [usage.Usage(resource_class=name,
                        usage=found.tree.units_used(rp_uuid, name))
            for name in found.provider.inventories]


def get_all_by_project_user(context, project_id, user_id=None):
    """Return a Usage per resource class that a project (and user) uses."""
    total = collections.Counter()
    for _consumer, amounts in _holdings(context.store, project_id, user_id):
        total += amounts
    return [usage.Usage(resource_class=name, usage=units)
            for name, units in total.items()]


def get_by_consumer_type(context, project_id, user_id=None,
                         consumer_type=None):
    """Return a Usage per consumer type and resource class.

    ``consumer_type``: count only this type; 'all' counts all as one type.
    """
    totals = collections.defaultdict(collections.Counter)
    counts = collections.Counter()
    for consumer, amounts in _holdings(context.store, project_id, user_id):
        of_type = consumer.consumer_type or UNKNOWN
        if consumer_type == 'all':
            of_type = 'all'
        if consumer_type in (None, of_type):
            totals[of_type] += amounts
            counts[of_type] += 1
    return [usage.Usage(resource_class=name, usage=units,
                        consumer_type=of_type,
                        consumer_count=counts[of_type])
            for of_type, total in totals.items()
            for name, units in total.items()]


def _holdings(store, project_id, user_id):
    """Yield (home row, Counter of units by class) of a project's consumers.
    """
    for _tree_id, consumer in store.trees.list_consumers_of_project(
            project_id):
        if user_id and consumer.user_id != user_id:
            continue
        rows = [consumer]
        rows += [row for tree_id in consumer.also_in if (
            row := store.trees.find_consumer(tree_id, consumer.uuid))]
        amounts = collections.Counter()
        for row in rows:
            for (_provider, name), units in row.amounts.items():
                amounts[name] += units
        yield consumer, amounts
