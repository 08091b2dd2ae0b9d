# SPDX-License-Identifier: Apache-2.0
"""Builds the WSGI application from placement.conf."""

from oslo_config import cfg
from oslo_log import log as logging

from cassandra_scheduler.model import errors
from cassandra_scheduler.placement_api.http import exchange


def application(arguments=()):
    """Return (WSGI application, oslo.config object).

    ``arguments``: those of oslo.config, for instance ``--config-file``;
    without them upstream's rules find placement.conf. Nothing is connected
    here. Raises InvalidSettings for an invalid option.
    """
    exchange.install()
    from placement import conf
    from placement import db_api
    from placement import deploy
    from placement import wsgi

    config = cfg.ConfigOpts()
    conf.register_opts(config)
    try:
        wsgi._parse_args(
            config, ['cassandra-placement-api', *arguments],
            default_config_files=wsgi._get_config_files())
    except cfg.Error as exc:
        raise errors.InvalidSettings(' '.join(str(exc).split())) from None
    wsgi.setup_logging(config)
    db_api.configure(config)
    if config.log_options:
        config.log_opt_values(logging.getLogger(__name__), logging.DEBUG)
    wsgi.setup_profiler(config)
    return deploy.loadapp(config), config
