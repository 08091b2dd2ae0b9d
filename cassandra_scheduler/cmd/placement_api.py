# SPDX-License-Identifier: Apache-2.0
"""``cassandra-placement-api``: the Placement API for a developer.

One process with several threads. In production a WSGI server loads
``cassandra_scheduler.placement_api.wsgi`` instead.
"""

import argparse
import sys

import waitress

from cassandra_scheduler.cmd import store_access
from cassandra_scheduler.model import errors
from cassandra_scheduler.placement_api.http import serving

_THREADS = 16


def main(arguments=None):
    """Serve until interrupted; return the exit status."""
    options, others = _parser().parse_known_args(arguments)
    try:
        application, config = serving.application(others)
        with store_access.ready_store(config):
            pass
        server = waitress.create_server(
            application, host=options.host, port=options.port,
            threads=_THREADS)
    except errors.SchedulerError as exc:
        return _failed(exc)
    except (OSError, ValueError) as exc:
        return _failed(f'Cannot listen on --host {options.host} --port '
                       f'{options.port}: '
                       f'{getattr(exc, "strerror", None) or exc}.')
    # A name such as localhost may stand for several addresses.
    port = (server.effective_listen[0][1]
            if hasattr(server, 'effective_listen') else server.effective_port)
    print(f'Placement API on http://{options.host}:{port}', flush=True)
    # Returns at Ctrl-C.
    server.run()
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
