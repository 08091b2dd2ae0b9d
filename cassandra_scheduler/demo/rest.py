# SPDX-License-Identifier: Apache-2.0
"""Speaks REST to one service, and waits for what takes a while."""

import time

import requests

from cassandra_scheduler.demo import tokens
from cassandra_scheduler.model import errors

#: Microversions: what this demo was written against.
NOVA = 'compute 2.90'
PLACEMENT = 'placement 1.39'

_ANSWER_S = 120
_PAUSE_S = 0.2


class Rest:
    """One service: its URL and the microversion to speak."""

    def __init__(self, url, version):
        self.url = url
        self._headers = {'X-Auth-Token': tokens.ADMIN,
                         'OpenStack-API-Version': version,
                         'Accept': 'application/json'}

    def get(self, path):
        """Return what is there."""
        return self._send('GET', path)

    def find(self, path):
        """Return what is there, or None if nothing is."""
        return self._send('GET', path, absent_is_none=True)

    def post(self, path, body):
        """Send a JSON body and return the answer."""
        return self._send('POST', path, body)

    def put(self, path, body=None):
        """Put a JSON body there and return the answer."""
        return self._send('PUT', path, body)

    def delete(self, path):
        """Delete what is there."""
        self._send('DELETE', path)

    def _send(self, method, path, body=None, *, absent_is_none=False):
        try:
            answer = requests.request(
                method, self.url + path, json=body, headers=self._headers,
                timeout=_ANSWER_S)
        except requests.RequestException as exc:
            raise errors.SchedulerError(
                f'{method} {self.url}{path} got no answer: {exc}') from None
        if answer.status_code == 404 and absent_is_none:
            return None
        if answer.status_code >= 400:
            raise errors.SchedulerError(
                f'{method} {self.url}{path} was answered '
                f'{answer.status_code}: {" ".join(answer.text.split())}')
        return answer.json() if answer.content else None


def wait(what, done, *, seconds, pause=_PAUSE_S):
    """Ask ``done`` again and again; return its first true answer.

    Raises SchedulerError with ``what`` when there is none in time.
    """
    until = time.monotonic() + seconds
    while True:
        answer = done()
        if answer:
            return answer
        if time.monotonic() > until:
            raise errors.SchedulerError(f'{what} took more than {seconds} s.')
        time.sleep(pause)
