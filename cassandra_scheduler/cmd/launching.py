# SPDX-License-Identifier: Apache-2.0
"""What both launchers do before they run Nova's own command.

Nova's command parses the command line and reads the configuration itself. A
launcher reads them first, to know which manager to run, and then clears them
for Nova's command.

Nova chooses its kind of threads when its command is imported. So the head of
this module imports nothing that imports threads or sockets.
"""

import importlib
import sys

from oslo_config import cfg

from cassandra_scheduler.model import errors

#: The value of [cassandra_scheduler] placement_client.
IN_PROCESS = 'in-process'


def run(binary, nova_command, choose_manager):
    """Run one of Nova's services with another manager.

    ``binary``: Nova's name for it, such as 'nova-compute'. ``nova_command``:
    its module in nova.cmd. ``choose_manager(conf)`` returns the class to run.
    Ends the process with one line and status 1 if the service cannot work.
    """
    name = sys.argv[0].rpartition('/')[2]
    # Nova's configuration files have the names of its own programs.
    sys.argv[0] = sys.argv[0].removesuffix(name) + binary
    try:
        command = importlib.import_module(f'nova.cmd.{nova_command}')
        manager, in_process = _prepare(choose_manager)
    except (errors.SchedulerError, cfg.Error) as exc:
        sys.exit(f'{name}: {" ".join(str(exc).split())}')
    from nova import service
    service.SERVICE_MANAGERS[binary] = (
        f'{manager.__module__}.{manager.__qualname__}')
    if in_process:
        from cassandra_scheduler.cmd import report_client
        report_client.use_in_process()
    command.main()


def _prepare(choose_manager):
    """Return (the manager's class, whether Placement is in this process).

    Raises an error if the service cannot work.
    """
    import nova.conf
    from nova import config

    from cassandra_scheduler.cmd import store_access
    from cassandra_scheduler.conf import registration
    conf = nova.conf.CONF
    registration.register_opts(conf)
    config.parse_args(sys.argv, configure_db=False, init_rpc=False)
    try:
        manager = choose_manager(conf)
        in_process = conf.cassandra_scheduler.placement_client == IN_PROCESS
        if in_process or _is_ours(manager):
            # No connection may be left: a service forks after this.
            with store_access.ready_store(conf):
                pass
    finally:
        conf.clear()
    return manager, in_process


def _is_ours(manager):
    """Return whether a manager is ours or a subclass of ours.

    Compares names, because Nova's own manager must also start if this
    package cannot be imported.
    """
    return any(cls.__module__.startswith('cassandra_scheduler.')
               for cls in manager.__mro__)
