# SPDX-License-Identifier: Apache-2.0
"""Asks a Placement API over HTTP and takes the time, body read to the end.
"""

import threading
import time
import uuid

import requests

from cassandra_scheduler.model import errors

_HEADERS = {'X-Auth-Token': 'admin',
            # As upstream's tools: kept connections stay with one worker.
            'Connection': 'close',
            'OpenStack-API-Version': 'placement 1.39'}
_PATIENCE_S = 300


class Client:
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
            method, self._url + path, json=body, timeout=_PATIENCE_S)
        seconds = time.perf_counter() - began
        if answer.status_code >= 300:
            raise errors.SchedulerError(
                f'{self.name} answered {method} {path.partition("?")[0]} '
                f'with {answer.status_code}: {answer.text[:300]}')
        return seconds, answer

    def candidates(self, query):
        """Return (seconds, Response) of GET /allocation_candidates."""
        return self.ask('GET', f'/allocation_candidates?{query}')

    def claim(self, query):
        """Claim one of five candidates; return the seconds of the write."""
        _seconds, answer = self.candidates(f'{query}&limit=5')
        wanted = answer.json()['allocation_requests'][0]
        seconds, _answer = self.ask(
            'PUT', f'/allocations/{uuid.uuid4()}', {
                **wanted, 'consumer_generation': None,
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
