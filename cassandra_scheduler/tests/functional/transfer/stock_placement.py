# SPDX-License-Identifier: Apache-2.0
"""A stock Placement on an SQL database, in a process of its own.

``python -m ... URL`` makes upstream's tables where there are none. It reads
one JSON list of [method, path, body, microversion] a line, sends these
requests to upstream's application and writes a line with the list of their
[status, body].
"""

import json
import sys

from oslo_config import cfg
from oslo_policy import opts as policy_opts
from placement import conf as placement_conf
from placement.db.sqlalchemy import migration
from placement import db_api
from placement import deploy

from cassandra_scheduler.tests.fixtures import rest_requests


def application(url):
    """Return upstream's WSGI application on a database, tables made."""
    conf = cfg.ConfigOpts()
    placement_conf.register_opts(conf)
    policy_opts.set_defaults(conf)
    conf.set_override('connection', url, group='placement_database')
    conf([], default_config_files=[], default_config_dirs=[])
    conf.set_override('auth_strategy', 'noauth2', group='api')
    conf.set_override('sync_on_startup', True, group='placement_database')
    db_api.configure(conf)
    if migration.version() is None:
        migration.upgrade('head')
    deploy.update_database(conf)
    return deploy.loadapp(conf)


def ask(loaded, method, path, body, version):
    """Return [status, body] of one request of an administrator."""
    response = rest_requests.request(
        method, path, body, version=version).get_response(loaded)
    return [response.status_int,
            response.json if response.content_type == 'application/json'
            and response.body else response.text]


def main():
    """Answer until the input ends."""
    loaded = application(sys.argv[1])
    print(json.dumps('ready'), flush=True)
    for line in sys.stdin:
        print(json.dumps([ask(loaded, *request)
                          for request in json.loads(line)]), flush=True)


if __name__ == '__main__':
    main()
