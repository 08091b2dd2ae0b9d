# SPDX-License-Identifier: Apache-2.0
"""The two sides of the benchmark: our Placement API and upstream's.

Both run under gunicorn with the same workers and threads. One client asks
both and takes the time until the body is read to its end.
"""

import contextlib
import dataclasses
import re
import threading
import time
import uuid

import requests
import sqlalchemy

from cassandra_scheduler.model import errors
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.testbed import config_files
from cassandra_scheduler.testbed import programs
from cassandra_scheduler.testbed import service as testbed_service
from cassandra_scheduler.testbed import waiting
from cassandra_scheduler.transfer import sql_database
from cassandra_scheduler.transfer import sql_writing
from cassandra_scheduler.transfer import store_writing

#: Names of the two sides.
OURS, UPSTREAM = 'ours', 'upstream'
#: The same for both.
WORKERS, THREADS = 2, 4
_APPLICATIONS = {
    OURS: 'cassandra_scheduler.placement_api.wsgi:application',
    UPSTREAM: 'placement.wsgi.api:application'}
_HEADERS = {'X-Auth-Token': 'admin',
            # As upstream's tools: kept connections stay with one worker.
            'Connection': 'close',
            'OpenStack-API-Version': 'placement 1.39'}
_LISTENS = re.compile(r'Listening at: (http://\S+)')
_START_S = 60
_ANSWER_S = 300


class PlacementClient:
    """One API under one name, for several threads."""

    def __init__(self, name, url):
        self.name = name
        self._url = url
        self._own = threading.local()

    def ask(self, method, path, body=None):
        """Return (seconds, requests.Response) of one request.

        Raises SchedulerError unless it succeeded.
        """
        if not hasattr(self._own, 'session'):
            self._own.session = requests.Session()
            self._own.session.trust_env = False
            self._own.session.headers.update(_HEADERS)
        began = time.perf_counter()
        answer = self._own.session.request(
            method, self._url + path, json=body, timeout=_ANSWER_S)
        seconds = time.perf_counter() - began
        if answer.status_code >= 300:
            raise errors.SchedulerError(
                f'{self.name} answered {method} {path.partition("?")[0]} '
                f'with {answer.status_code}: {answer.text[:300]}')
        return seconds, answer

    def candidates(self, query):
        """Return (seconds, Response) of GET /allocation_candidates."""
        return self.ask('GET', f'/allocation_candidates?{query}')

    def put_allocations(self, query):
        """Take one of five candidates; return the seconds of the write."""
        _seconds, answer = self.candidates(f'{query}&limit=5')
        request = answer.json()['allocation_requests'][0]
        seconds, _answer = self.ask(
            'PUT', f'/allocations/{uuid.uuid4()}', {
                **request, 'consumer_generation': None,
                'consumer_type': 'INSTANCE', 'project_id': 'perfload',
                'user_id': 'perfload'})
        return seconds

    def create(self, tree):
        """Create a tree of one provider; return the seconds it took."""
        provider = tree.root
        path = f'/resource_providers/{provider.uuid}'
        return sum(self.ask(*request)[0] for request in (
            ('POST', '/resource_providers', {
                'uuid': provider.uuid, 'name': provider.name}),
            ('PUT', f'{path}/inventories', {
                'resource_provider_generation': 0, 'inventories': {
                    name: {'total': inventory.total,
                           'reserved': inventory.reserved,
                           'allocation_ratio': inventory.allocation_ratio}
                    for name, inventory in provider.inventories.items()}}),
            ('PUT', f'{path}/aggregates', {
                'resource_provider_generation': 1,
                'aggregates': sorted(provider.aggregates)}),
            ('PUT', f'{path}/traits', {
                'resource_provider_generation': 2,
                'traits': sorted(provider.traits)})))


@dataclasses.dataclass(frozen=True, slots=True)
class Side:
    """One of the two: the API to ask, and the writer that fills it.

    Call ``after_filling()`` when it is filled.
    """
    client: PlacementClient
    writer: object
    after_filling: object = dataclasses.field(default=lambda: None)


@contextlib.contextmanager
def upstream(server, folder, name):
    """Yield upstream's Side on a new database of a PostgreSQL server."""
    server.create_database(name)
    url = server.url(name)
    config = _write_config(folder / f'{UPSTREAM}-{name}', {
        'placement_database': {'connection': url.replace('%', '%%')}})
    programs.run([_program('placement-manage'), '--config-file',
                  config / 'placement.conf', 'db', 'sync'])
    with _serving(UPSTREAM, config) as api, \
            sql_database.opened(url, 'PostgreSQL') as engine:

        def analyze():
            # Tables that were just filled have no statistics yet.
            with engine.connect() as connection:
                connection.execution_options(
                    isolation_level='AUTOCOMMIT').execute(
                        sqlalchemy.text('ANALYZE'))

        yield Side(PlacementClient(UPSTREAM, api),
                   sql_writing.SqlWriter(engine), analyze)


@contextlib.contextmanager
def ours(settings, folder, name):
    """Yield our Side on a new cloud in a keyspace whose tables exist."""
    settings = dataclasses.replace(settings,
                                   cloud=f'{name}-{uuid.uuid4().hex[:8]}')
    store = opening.open_store(settings, loading.installed())
    config = _write_config(folder / f'{OURS}-{name}', {
        'cassandra': config_files.cassandra(settings)})
    with _serving(OURS, config) as api:
        yield Side(PlacementClient(OURS, api),
                   store_writing.StoreWriter(store))


def _write_config(folder, options):
    """Write a placement.conf with these options; return its folder."""
    folder.mkdir()
    config_files.write(folder / 'placement.conf', {
        'api': {'auth_strategy': 'noauth2'},
        'placement': {'randomize_allocation_candidates': True}, **options})
    return folder


@contextlib.contextmanager
def _serving(name, config):
    """Yield the URL of a side that reads the placement.conf in a folder."""
    gunicorn = testbed_service.Service(
        f'the Placement API of {name}', [
            _program('gunicorn'), '--no-control-socket', '--bind=127.0.0.1:0',
            f'--workers={WORKERS}', f'--threads={THREADS}',
            _APPLICATIONS[name]], log=config / 'log',
        environment={'OS_PLACEMENT_CONFIG_DIR': str(config)})

    def url():
        gunicorn.check()
        return _LISTENS.search(gunicorn.log.read_text())
    gunicorn.start()
    try:
        yield waiting.wait_for(f'starting {gunicorn.name}', url,
                               seconds=_START_S)[1]
    finally:
        gunicorn.stop()


def _program(name):
    return programs.installed(name, environment='perfload',
                              requirements='test-requirements.txt')
