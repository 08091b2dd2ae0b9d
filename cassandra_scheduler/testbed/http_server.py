# SPDX-License-Identifier: Apache-2.0
"""Serves WSGI applications, and asks whether a URL answers."""

import threading

import requests
import waitress

from cassandra_scheduler.testbed import ports

_THREADS = 16
_ANSWER_S = 10


def serve(application, port=0):
    """Serve it in a thread until this process ends; return its URL.

    Port 0 is any free port of the loopback interface.
    """
    server = waitress.create_server(
        application, host=ports.ADDRESS, port=port, threads=_THREADS)
    threading.Thread(target=server.run, daemon=True, name='http').start()
    return f'http://{ports.ADDRESS}:{server.effective_port}'


def answers(url):
    """Return whether a server answers there, and not with its own failure.
    """
    try:
        return requests.get(url, timeout=_ANSWER_S).status_code < 500
    except requests.RequestException:
        return False
