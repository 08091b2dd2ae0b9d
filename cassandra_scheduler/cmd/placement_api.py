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


class Server(socketserver.ThreadingMixIn, simple_server.WSGIServer):
    """Serves every connection in a thread of its own."""

    daemon_threads = True
    request_queue_size = 128


class Handler(simple_server.WSGIRequestHandler):
    """Leaves the log of requests to Placement, which writes one."""

    def address_string(self):
        """Return the client's address; its name is not looked up."""
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
            server_class=Server, handler_class=Handler)
    except errors.SchedulerError as exc:
        return _failed(exc)
    except OSError as exc:
        return _failed(f'--host {options.host} --port {options.port} cannot '
                       f'be served: {exc.strerror or exc}.')
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
                    'development. Further options are those of '
                    'oslo.config, such as --config-file; without them '
                    'placement.conf is read where Placement looks for it.')
    parser.add_argument('--host', default='127.0.0.1',
                        help='address to listen on (default: %(default)s)')
    parser.add_argument('--port', type=int, default=8778,
                        help='port to listen on (default: %(default)s)')
    return parser


def _failed(why):
    print(f'cassandra-placement-api: {why}', file=sys.stderr)
    return 1


if __name__ == '__main__':
    sys.exit(main())
