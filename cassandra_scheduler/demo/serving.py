# SPDX-License-Identifier: Apache-2.0
"""Serves a WSGI application on a free port of the loopback interface."""

import logging
import socketserver
import threading
from wsgiref import simple_server

ADDRESS = '127.0.0.1'
LOG = logging.getLogger(__name__)


class _Server(socketserver.ThreadingMixIn, simple_server.WSGIServer):
    """One thread for each request."""

    daemon_threads = True
    request_queue_size = 128

    def server_bind(self):
        """Bind without asking for the name of our own address.

        The answer may be seconds away where no name server is.
        """
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address
        self.setup_environ()


class _Handler(simple_server.WSGIRequestHandler):
    # Header and body are two small writes; together they must not wait for
    # each other.
    disable_nagle_algorithm = True

    def log_message(self, message, *values):
        LOG.debug(message, *values)


def serve(application):
    """Serve ``application`` for the life of this process; return its URL.
    """
    server = simple_server.make_server(
        ADDRESS, 0, application, server_class=_Server, handler_class=_Handler)
    threading.Thread(target=server.serve_forever, daemon=True,
                     name='http').start()
    return f'http://{ADDRESS}:{server.server_port}'
