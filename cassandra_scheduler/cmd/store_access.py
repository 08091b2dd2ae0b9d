# SPDX-License-Identifier: Apache-2.0
"""From a configuration file to an open store, for commands and launchers.

The configuration is found where Nova finds its own, so that an operator
says where Cassandra is in one file only.
"""

import contextlib
import logging

from oslo_config import cfg

from cassandra_scheduler.conf import registration
from cassandra_scheduler.model import errors
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.store import settings


def add_arguments(parser):
    """Add the options that say which configuration to read."""
    parser.add_argument(
        '--config-file', metavar='PATH', action='append', default=[],
        help='A configuration file, several times for several (default: '
             'nova.conf where Nova looks for it, like /etc/nova).')
    parser.add_argument(
        '--config-dir', metavar='DIR', action='append', default=[],
        help='A directory with configuration files that end in .conf.')


def read_configuration(parsed_args, *, more_opts=()):
    """Return an oslo.config object with our options as configured.

    ``more_opts``: options of [DEFAULT] to read as well. Raises
    InvalidSettings for a file that cannot be read or a value that is none.
    """
    conf = cfg.ConfigOpts()
    registration.register_opts(conf)
    conf.register_opts(more_opts)
    arguments = [argument for option, paths in (
        ('--config-file', parsed_args.config_file),
        ('--config-dir', parsed_args.config_dir))
        for path in paths for argument in (option, path)]
    try:
        conf(arguments, project='nova', prog='nova')
        registration.store_settings(conf)
    except (cfg.Error, ValueError) as exc:
        raise errors.InvalidSettings(' '.join(str(exc).split())) from None
    return conf


def open_store(conf):
    """Return the Store that the options of an oslo.config object describe.
    """
    return opening.open_store(
        settings.Settings(**registration.store_settings(conf)),
        loading.installed())


@contextlib.contextmanager
def ready_store(conf):
    """Give a Store whose schema was checked, and close it afterwards.

    Raises one of our errors, in one line, when Cassandra does not answer,
    does not let us in, or has no schema that fits this code.
    """
    with open_session(conf) as store:
        store.check()
        yield store


@contextlib.contextmanager
def open_session(conf):
    """Give a Store, close its session afterwards, keep the driver quiet."""
    store = open_store(conf)
    with _quiet_driver():
        try:
            yield store
        finally:
            store.session.close()


@contextlib.contextmanager
def _quiet_driver():
    """Keep the Cassandra driver's own log lines away from the terminal.

    What it has to say of a failure is in the error that we raise.
    """
    log = logging.getLogger('cassandra')
    silence = logging.NullHandler()
    propagate, log.propagate = log.propagate, False
    log.addHandler(silence)
    try:
        yield
    finally:
        log.removeHandler(silence)
        log.propagate = propagate
