# SPDX-License-Identifier: Apache-2.0
"""The servers that demo, benchmarks, tests and DevStack need, on this machine.

Promises: Cassandra, PostgreSQL and other services on loopback addresses, each
ended by the process that started it or by the process id in its own file.
Refuses: an address that is not loopback, and a process that it did not start.
Read next: ``cluster`` and ``service``. ``cmd.local_commands`` is the command
line of ``cluster``.
"""

from cassandra_scheduler.model import errors


class TestbedError(errors.SchedulerError):
    """A server cannot run here; the message says what to do about it."""
