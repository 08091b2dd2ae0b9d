# SPDX-License-Identifier: Apache-2.0
"""From a configuration file to an open store, for commands and launchers.

The configuration files are Nova's, so that an operator says in one file only
where Cassandra is.
"""

import contextlib
import logging

from cliff import command
from oslo_config import cfg

from cassandra_scheduler.conf import registration
from cassandra_scheduler.model import errors
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.store import settings


class ConfiguredCommand(command.Command):
    """A command with options for the configuration files."""

    def get_parser(self, prog_name):
        """Return a parser that knows --config-file and --config-dir."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--config-file', metavar='PATH', action='append', default=[],
            help='A configuration file. Can be given several times. The '
                 'default is nova.conf in the usual directories, such as '
                 '/etc/nova.')
        parser.add_argument(
            '--config-dir', metavar='DIR', action='append', default=[],
            help='A directory of configuration files that end in .conf.')
        return parser


def arguments(parsed_args):
    """Return the options for the configuration files, as a command line."""
    return [argument for option, paths in (
        ('--config-file', parsed_args.config_file),
        ('--config-dir', parsed_args.config_dir))
        for path in paths for argument in (option, path)]


def read_configuration(parsed_args, *, more_opts=()):
    """Return an oslo.config object with the options of this project.

    ``more_opts``: more options, of [DEFAULT]. Raises InvalidSettings for a
    file that cannot be read, and for an invalid value.
    """
    conf = cfg.ConfigOpts()
    registration.register_opts(conf)
    conf.register_opts(more_opts)
    try:
        conf(arguments(parsed_args), project='nova', prog='nova')
        registration.store_settings(conf)
    except (cfg.Error, ValueError) as exc:
        raise errors.InvalidSettings(' '.join(str(exc).split())) from None
    return conf


def open_store(conf):
    """Return the Store for the options of an oslo.config object."""
    return opening.open_store(
        settings.Settings(**registration.store_settings(conf)),
        loading.installed())


@contextlib.contextmanager
def ready_store(conf):
    """Yield a Store with a checked schema, and close it afterwards.

    Raises a SchedulerError of one line if Cassandra does not answer, refuses
    the login, or has no schema that fits this code.
    """
    with open_session(conf) as store:
        store.check()
        yield store


@contextlib.contextmanager
def open_session(conf):
    """Yield a Store and close its session; keep the driver quiet."""
    store = open_store(conf)
    with _quiet_driver():
        try:
            yield store
        finally:
            store.session.close()


@contextlib.contextmanager
def _quiet_driver():
    """Keep the Cassandra driver's own log lines away from the terminal.

    The error that is raised says the same.
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
