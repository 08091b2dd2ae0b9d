# SPDX-License-Identifier: Apache-2.0
"""``cassandra-placement-api``: the Placement API for a developer.

One process with a thread per connection. In production a WSGI server loads
``cassandra_scheduler.placement_api.wsgi`` instead.
"""

import argparse
import socketserver
import sys
from wsgiref import simple_server

from cassandra_scheduler.cmd import store_access
from cassandra_scheduler.model import errors
from cassandra_scheduler.placement_api.http import serving


class PlacementServer(socketserver.ThreadingMixIn, simple_server.WSGIServer):
    """Serves every connection in its own thread."""

    daemon_threads = True
    request_queue_size = 128


class QuietHandler(simple_server.WSGIRequestHandler):
    """Logs no requests, because Placement logs them."""

    def address_string(self):
        """Return the client's address; do not look up its name."""
        return self.client_address[0]

    def log_message(self, format, *args):
        """Write nothing."""


def main(arguments=None):
    """Serve until interrupted; return the exit status."""
    options, others = _parser().parse_known_args(arguments)
    try:
        application, config = serving.application(others)
        with store_access.ready_store(config):
            pass
        server = simple_server.make_server(
            options.host, options.port, application,
            server_class=PlacementServer, handler_class=QuietHandler)
    except errors.SchedulerError as exc:
        return _failed(exc)
    except OSError as exc:
        return _failed(f'Cannot listen on --host {options.host} --port '
                       f'{options.port}: {exc.strerror or exc}.')
    print(f'Placement API on http://{options.host}:{server.server_port}',
          flush=True)
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        prog='cassandra-placement-api',
        description='Serve the Placement API from Cassandra, for '
                    'development. It also takes the options of oslo.config, '
                    'such as --config-file. Without them it reads '
                    'placement.conf from the usual directories.')
    parser.add_argument('--host', default='127.0.0.1',
                        help='address to listen on (default: %(default)s)')
    parser.add_argument('--port', type=int, default=8778,
                        help='port to listen on (default: %(default)s)')
    return parser


def _failed(reason):
    print(f'cassandra-placement-api: {reason}', file=sys.stderr)
    return 1


if __name__ == '__main__':
    sys.exit(main())
