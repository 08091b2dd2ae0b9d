# SPDX-License-Identifier: Apache-2.0
"""Other clouds in the keyspace, which no test may see or change.

They have every custom name and every uuid of Placement's gabbi files: a
request that read another cloud would find something there.
"""

import contextlib
import dataclasses
import pathlib
import re

from oslo_config import cfg
from placement import conf
from placement import context
from placement.objects import allocation
from placement.objects import consumer
from placement.objects import consumer_type
from placement.objects import inventory
from placement.objects import project
from placement.objects import resource_class
from placement.objects import resource_provider
from placement.objects import trait
from placement.objects import user
from placement.tests import functional

from cassandra_scheduler.placement_api.http import exchange
from cassandra_scheduler.placement_api.providers import finding
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.tests.upstream import clouds

CLOUDS = 2
UUID = re.compile(r'\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b')
CUSTOM = re.compile(r'\bCUSTOM_[A-Z0-9_]+\b')


class Disturbed(Exception):
    """Something was written into a cloud that no test knows."""


@contextlib.contextmanager
def present(environment):
    """Create other clouds beside the clouds of the tests, and check them.

    ``environment`` names the Cassandra. Raises Disturbed at the end if one of
    them has changed.
    """
    exchange.install()
    settings = clouds.test_settings(environment)
    first = opening.open_store(settings, loading.installed())
    crowd = [opening.open_store(
        dataclasses.replace(settings, cloud=f'crowd-{number}'),
        loading.installed(), session=first.session)
        for number in range(CLOUDS)]
    for store in crowd:
        _fill(store)
    before = [_contents(store) for store in crowd]
    print(f'{sum(map(len, before))} providers in {CLOUDS} other clouds',
          flush=True)
    yield
    changed = [store.cloud for store, then in zip(crowd, before)
               if _contents(store) != then]
    first.session.close()
    if changed:
        raise Disturbed(f'changed by the tests: {", ".join(changed)}')


def _fill(store):
    """Give a cloud names, and a provider and a consumer for each uuid."""
    ctx = _context(store)
    text = '\n'.join(file.read_text() for file in sorted(pathlib.Path(
        functional.__path__[0], 'gabbits').glob('*.yaml')))
    names = sorted(set(CUSTOM.findall(text)))
    uuids = sorted(set(UUID.findall(text)))
    traits = [_created(trait.Trait(ctx, name=name)) for name in names]
    for name in names:
        _created(resource_class.ResourceClass(ctx, name=name))
    owner = (_created(project.Project(ctx, external_id='project')),
             _created(user.User(ctx, external_id='user')))
    kind = _created(consumer_type.ConsumerType(ctx, name='INSTANCE'))
    for number, uuid in enumerate(uuids):
        provider = _created(resource_provider.ResourceProvider(
            ctx, uuid=uuid, name=f'{store.cloud} {number}'))
        provider.set_inventory([inventory.Inventory(
            resource_provider=provider, resource_class=name, total=1000)
            for name in ('VCPU', 'MEMORY_MB', 'DISK_GB', names[
                number % len(names)])])
        provider.set_traits([trait.Trait.get_by_name(
            ctx, 'MISC_SHARES_VIA_AGGREGATE'), *traits][number % 3:])
        provider.set_aggregates(uuids)
        holder = _created(consumer.Consumer(
            ctx, uuid=uuid, project=owner[0], user=owner[1],
            consumer_type_id=kind.id))
        allocation.replace_all(ctx, [allocation.Allocation(
            resource_provider=provider, consumer=holder,
            resource_class='VCPU', used=1)])


def _context(store):
    """Return the context of requests to a cloud."""
    made = context.RequestContext()
    made.config = cfg.ConfigOpts()
    conf.register_opts(made.config)
    made.config([], default_config_files=[], default_config_dirs=[])
    made._store = store
    return made


def _created(one):
    one.create()
    return one


def _contents(store):
    """Return what a cloud holds: tree id -> its Tree and its consumers."""
    return {tree.id: (tree, sorted(store.trees.list_consumers(tree.id),
                                   key=lambda row: row.uuid))
            for tree in finding.trees(store)}
