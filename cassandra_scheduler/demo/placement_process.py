# SPDX-License-Identifier: Apache-2.0
"""A child process: this project's Placement API, over HTTP.

``python -m cassandra_scheduler.demo.placement_process FOLDER``, with
placement.conf in FOLDER.
"""

import pathlib
import sys

from cassandra_scheduler.demo import serving
from cassandra_scheduler.demo import telling


def main():
    """Serve the API and stay until the parent process goes."""
    folder = pathlib.Path(sys.argv[1])
    telling.run(lambda teller: _start(folder, teller))


def _start(folder, teller):
    teller.step('starting the Placement API')
    from oslo_config import cfg
    from placement import conf as placement_conf
    from placement import db_api
    from placement import deploy
    from placement import wsgi

    from cassandra_scheduler.placement_api.http import exchange

    exchange.install()
    config = cfg.ConfigOpts()
    placement_conf.register_opts(config)
    config(['--config-file', str(folder / 'placement.conf')],
           project='placement', default_config_files=[])
    wsgi.setup_logging(config)
    db_api.configure(config)
    teller.ready(placement=serving.serve(deploy.loadapp(config)))


if __name__ == '__main__':
    main()
