# SPDX-License-Identifier: Apache-2.0
"""A host of a scenario: written to Cassandra, read back, evaluated."""

import pathlib
import time
from unittest import mock
import uuid

from nova import context as nova_context
from nova import objects
from nova.scheduler import host_manager
from oslo_utils import uuidutils

from cassandra_scheduler.driver import evaluator
from cassandra_scheduler.driver.host import instances
from cassandra_scheduler.driver.sync import cells
from cassandra_scheduler.driver.sync import host_aggregates
from cassandra_scheduler.model import report as report_model
from cassandra_scheduler.model import restriction
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.reporter import publishing
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.scheduling import placement_request as words
from cassandra_scheduler.store import aggregates as store_aggregates
from cassandra_scheduler.store import opening
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.tests.fixtures import hosts
from cassandra_scheduler.tests.scenarios import figures_of
from cassandra_scheduler.tests.upstream import clouds
from cassandra_scheduler.tests.upstream import exclusions

BESIDE = exclusions.read(pathlib.Path(__file__).with_name('beside.txt'))
_SERVICE, _AGGREGATES, _INSTANCES = 'service', 'aggregates', 'instances'
_CELL = 'cell_uuid'
#: Every attribute that has a place in our tables.
STORED = figures_of.REPORTED | {
    _SERVICE, _AGGREGATES, _INSTANCES, _CELL}


class NoPlace(Exception):
    """An attribute that no row holds, and nobody has said why."""


def consumer_uuid(name):
    """Return the uuid in the store of an instance; some are 'member1'."""
    return name if uuidutils.is_uuid_like(name) else str(
        uuid.uuid5(uuid.NAMESPACE_OID, name))


def is_beside(name, value=None):
    """Return whether beside.txt says that this is no part of a row."""
    if isinstance(value, mock.NonCallableMock):
        name = f'mock:{name}'
    return any(line.covers(name) for line in BESIDE)


class StoredHost:
    """Takes what Nova's FakeHostState takes; answers as our HostStateView.

    The row is written when something is asked of the host for the first
    time, so what a test sets until then goes through it too; what is set
    afterwards writes another row.
    """

    def __init__(self, host, node, attribute_dict, instances=None):
        self.__dict__.update(
            _names=(host, node), _wanted={}, _beside={}, _view=None)
        if instances:
            self.instances = {found.uuid: found for found in instances}
        for name, value in attribute_dict.items():
            setattr(self, name, value)

    def __setattr__(self, name, value):
        if is_beside(name, value):
            self._beside[name] = value
            if self._view is not None:
                setattr(self._view, name, value)
        elif name in STORED:
            self._wanted[name] = value
            self.__dict__['_view'] = None
        else:
            raise NoPlace(f'{name}: say in beside.txt why no row holds it')

    def __getattr__(self, name):
        if name.startswith('_'):
            raise AttributeError(name)
        if self._view is None:
            self.__dict__['_view'] = view = Row(
                *self._names, self._wanted).view()
            for key, value in self._beside.items():
                setattr(view, key, value)
        return self._as_given(name, getattr(self._view, name))

    def _as_given(self, name, value):
        """Return what was read in the words that the scenario knows."""
        if name == _SERVICE:
            if name not in self._wanted:
                # Nova drops a host without a service record before filters
                # see it; here such a host has none, as in the scenario.
                raise AttributeError(name)
            return _Record(value)
        if name == _INSTANCES:
            names = {consumer_uuid(key): key
                     for key in self._wanted.get(name, ())}
            return {names[uuid]: found for uuid, found in value.items()}
        return value


class Row:
    """The row of one host, alone in a cloud of its own."""

    def __init__(self, host, node, wanted):
        clouds.fresh()
        self.store = opening.open_store(clouds.test_settings(),
                                        loading.installed())
        self._names = host, node
        self._wanted = wanted
        self._write()

    def view(self):
        """Return the HostStateView, read as a scheduler reads candidates."""
        tree, = self.store.query.read(
            [restriction.Restriction('host', '=', self._names[0])],
            level=store_session.READ).trees
        # The request names all instances, so all are looked up.
        spec = objects.RequestSpec(
            instance_group=None, requested_destination=None,
            force_hosts=None, force_nodes=None,
            scheduler_hints={'different_host': list(self._instances())})
        return evaluator.NovaHostEvaluator(
            spec, None,
            aggregates=host_aggregates.HostAggregates(self._rows()),
            cells=_Cells(self.store.host_cells),
            instances=instances.RequestInstances(
                self.store, spec, nova_context.RequestContext(is_admin=True))
        ).view(words.Candidate(tree, ()))

    def _write(self):
        root = hosts.provider(vcpu=1000)
        empty = tree_model.Tree(id=root.uuid)
        self.store.trees.write(
            hosts.TreeChange(before=empty,
                             after=empty.with_provider(root),
                             write_id=hosts.write_id()))
        self.store.provider_trees.create(root.uuid, root.uuid,
                                         hosts.write_id())
        for name in self._instances():
            hosts.new_consumer(self.store, root.uuid, uuid=name)
        publisher = publishing.Publisher(self.store)
        publisher.publish(root.uuid, figures_of.report(
            *self._names, root.uuid, self._wanted), ())
        if _SERVICE in self._wanted:
            publisher.write_heartbeat(_heartbeat(self._wanted[_SERVICE]))
        if self._wanted.get(_CELL) is not None:
            self.store.host_cells.put({self._names[0]: self._wanted[_CELL]})
        self._rows().change(
            [store_aggregates.HostAggregate(
                number, str(uuid.uuid4()), found.name,
                frozenset({self._names[0]}), dict(found.metadata))
             for number, found in enumerate(
                 self._wanted.get(_AGGREGATES, ()))],
            (), version=hosts.write_id(), if_version=None)

    def _rows(self):
        return store_aggregates.Aggregates(self.store.session,
                                           self.store.cloud)

    def _instances(self):
        """Return the uuids of the host's instances."""
        return [consumer_uuid(name)
                for name in self._wanted.get(_INSTANCES, ())]


class _Cells(cells.Cells):
    """Those that are in the store; a scenario has no API database."""

    def _look_up(self, host):
        return None


class _Record(host_manager.ReadOnlyDict):
    """A service record, which in a row is always a whole one.

    A scenario names one or two fields of it and wants to see them again.
    """

    def __eq__(self, other):
        return all(self.get(key) == value for key, value in other.items())

    __hash__ = None


def _heartbeat(service):
    return tree_model.Heartbeat(
        last_seen_ms=int(time.time() * 1000),
        disabled=service.get('disabled', False),
        service=report_model.ServiceRecord.of(service))
