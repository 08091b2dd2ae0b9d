# SPDX-License-Identifier: Apache-2.0
"""What both launchers do before they hand over to Nova's own command.

Nova's command parses the command line and reads the configuration itself.
Here the same is read once before, to know which manager to run, and then
forgotten, so that Nova's command finds everything as it expects it.
"""

import contextlib
import logging
import sys

from oslo_config import cfg

from cassandra_scheduler.conf import registration
from cassandra_scheduler.model import errors
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store import opening
from cassandra_scheduler.store import settings


def run(binary, nova_command, choose_manager):
    """Run one of Nova's services with a manager of our choice.

    ``binary``: its name with Nova, as 'nova-compute'. ``nova_command``: the
    imported module below nova.cmd. ``choose_manager(conf)``: the class to
    run. Ends the process with one line and status 1 when it cannot work.
    """
    name = sys.argv[0].rpartition('/')[2]
    # Nova's configuration files and logs bear the names of its own programs.
    sys.argv[0] = sys.argv[0].removesuffix(name) + binary
    try:
        manager = _prepare(choose_manager)
    except (errors.SchedulerError, cfg.Error) as exc:
        sys.exit(f'{name}: {" ".join(str(exc).split())}')
    from nova import service
    service.SERVICE_MANAGERS[binary] = (
        f'{manager.__module__}.{manager.__qualname__}')
    nova_command.main()


def _prepare(choose_manager):
    import nova.conf
    from nova import config
    conf = nova.conf.CONF
    registration.register_opts(conf)
    config.parse_args(sys.argv, configure_db=False, init_rpc=False)
    try:
        manager = choose_manager(conf)
        if _is_ours(manager):
            check_store(conf)
    finally:
        conf.clear()
    return manager


def _is_ours(manager):
    """Return whether a manager is ours or made out of ours.

    Asked by name, because going back to Nova's own must work even where
    this package does not.
    """
    return any(cls.__module__.startswith('cassandra_scheduler.')
               for cls in manager.__mro__)


def check_store(conf):
    """Raise an error in one line unless Cassandra and the schema are ready.

    Leaves no connection behind: a service forks after this.
    """
    store = opening.open_store(
        settings.Settings(**registration.store_settings(conf)),
        loading.installed())
    with quiet_driver():
        try:
            store.check()
        finally:
            store.session.close()


@contextlib.contextmanager
def quiet_driver():
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
