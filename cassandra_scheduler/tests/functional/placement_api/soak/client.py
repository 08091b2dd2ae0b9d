# SPDX-License-Identifier: Apache-2.0
"""One client over HTTP, and what it knows for sure."""

import collections
import random
import uuid

import requests

from cassandra_scheduler.tests.fixtures import wsgi_server
from cassandra_scheduler.tests.functional.placement_api.soak import deeds

#: What a client may be told. 400 is not among them: its requests are sound.
ALLOWED = {200, 201, 204, 404, 409, 503}
#: After so many requests a client connects anew, maybe to another worker.
REQUESTS_A_CONNECTION = 20
#: What is counted where there was no answer at all.
BROKEN = 'broken'


class Client:
    """Does one deed after another.

    ``answers`` counts statuses; ``wrong`` lists what must not be. ``pair``
    are two consumers of its own, ``beliefs`` what they may hold, together:
    dicts consumer -> {(tree, class): units}. More than one of them stay
    possible where an answer was lost. ``won``: (contested consumer, the
    generation from which this client was told to have moved it).
    """

    def __init__(self, url, landscape, seed):
        self.landscape = landscape
        self.rng = random.Random(seed)
        self.pair = (str(uuid.uuid4()), str(uuid.uuid4()))
        self.beliefs = [{consumer: {} for consumer in self.pair}]
        self.answers = collections.Counter()
        self.done = collections.Counter()
        self.unavailable, self.wrong, self.won = [], [], []
        self._url = url
        self._tree_of = landscape.tree_of
        self._generations = {}
        self._session, self._asked = None, 0

    def work(self):
        """Do one deed."""
        deed = deeds.draw(self.rng)
        if deed(self):
            self.done[deed.__name__] += 1

    def ask(self, method, path, body=None):
        """Return the Response, or None where the connection broke."""
        if self._asked % REQUESTS_A_CONNECTION == 0:
            self.close()
            self._session = requests.Session()
        self._asked += 1
        try:
            answer = self._session.request(
                method, self._url + path, json=body,
                headers=wsgi_server.HEADERS, timeout=wsgi_server.PATIENCE_S)
        except (requests.ConnectionError,
                requests.exceptions.ChunkedEncodingError):
            self.answers[BROKEN] += 1
            return None
        self.answers[answer.status_code] += 1
        said = f'{method} {path} {body}: {answer.status_code} {answer.text}'
        if answer.status_code not in ALLOWED:
            self.wrong.append(said)
        if answer.status_code == 503:
            self.unavailable.append(said)
        return answer

    def get(self, path):
        """Return the JSON of what is there, or None."""
        answer = self.ask('GET', path)
        if answer is None or answer.status_code != 200:
            return None
        return answer.json()

    def read(self, provider, what):
        """Return JSON about a provider; its generation may never fall."""
        found = self.get(f'/resource_providers/{provider}/{what}')
        if found is not None:
            self._note(provider, found['resource_provider_generation'])
        return found

    def write(self, method, path, body=None):
        """Return whether it was done."""
        answer = self.ask(method, path, body)
        return answer is not None and answer.ok

    def allocate(self, method, path, body, after):
        """Write allocations; ``after``: consumer -> what it then holds,
        as Placement has it. Return whether it was done.
        """
        answer = self.ask(method, path, body)
        if answer is None or answer.ok or answer.status_code == 503:
            self._believe(after, sure=answer is not None and answer.ok)
        return answer is not None and answer.ok

    def look_back(self):
        """Compare what is there with what was believed."""
        found = {}
        for consumer in self.pair:
            now = self.get(f'/allocations/{consumer}') or {'allocations': {}}
            found[consumer] = self._amounts(now['allocations'])
        if found not in self.beliefs:
            self.wrong.append(f'found {found}, expected {self.beliefs}')

    def close(self):
        """Hang up."""
        if self._session is not None:
            self._session.close()

    def _note(self, provider, generation):
        before = self._generations.get(provider, generation)
        if generation < before:
            self.wrong.append(f'generation of {provider} fell from {before} '
                              f'to {generation}')
        self._generations[provider] = max(before, generation)

    def _believe(self, after, *, sure):
        mine = {consumer: self._amounts(allocations)
                for consumer, allocations in after.items()
                if consumer in self.pair}
        changed = [{**belief, **mine} for belief in self.beliefs]
        possible = changed if sure else self.beliefs + changed
        self.beliefs = [belief for number, belief in enumerate(possible)
                        if belief not in possible[:number]]

    def _amounts(self, allocations):
        """Return the units by tree; others may reshape within a tree."""
        amounts = collections.Counter()
        for provider, held in allocations.items():
            for name, units in held['resources'].items():
                amounts[self._tree_of[provider], name] += units
        return dict(amounts)
