# SPDX-License-Identifier: Apache-2.0
"""A RabbitMQ from the system's packages, on ports of its own.

    epmd             tells Erlang nodes about each other; ours knows one
    rabbitmq-server  the broker, on a port of the loopback interface
"""

import os
import shutil

from cassandra_scheduler.testbed import ports
from cassandra_scheduler.testbed import programs
from cassandra_scheduler.testbed import service

_ACCOUNTS = ('rabbitmq', 'nobody')


class RabbitMQ:
    """RabbitMQ with its files in ``folder``, which is made for it."""

    def __init__(self, folder, *, logs):
        self._folder = folder
        self._account = programs.account_for('RabbitMQ', _ACCOUNTS)
        self.port, distribution, epmd = (
            ports.fresh() for _each in range(3))
        environment = {
            'HOME': str(folder), 'ERL_EPMD_PORT': str(epmd),
            'ERL_EPMD_ADDRESS': ports.ADDRESS, 'RABBITMQ_ALLOW_INPUT': 'true',
            'RABBITMQ_NODENAME': 'cloud@localhost',
            'RABBITMQ_NODE_IP_ADDRESS': ports.ADDRESS,
            'RABBITMQ_NODE_PORT': str(self.port),
            'RABBITMQ_DIST_PORT': str(distribution),
            'RABBITMQ_MNESIA_BASE': str(folder / 'mnesia'),
            'RABBITMQ_LOG_BASE': str(folder), 'RABBITMQ_LOGS': '-',
            'RABBITMQ_CONFIG_FILE': str(folder / 'rabbitmq'),
            'RABBITMQ_ADVANCED_CONFIG_FILE': str(folder / 'advanced'),
            'RABBITMQ_CONF_ENV_FILE': os.devnull,
            'RABBITMQ_ENABLED_PLUGINS_FILE': str(folder / 'plugins'),
            # Waiting schedulers of Erlang would spin on two cores.
            'RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS':
                '+sbwt none +S 2:2 '
                '-kernel inet_dist_use_interface {127,0,0,1}'}
        self.services = tuple(
            service.Service(name, command, log=logs / f'{name}.log',
                            environment=environment, account=self._account)
            for name, command in (
                ('epmd', (programs.of_system('epmd'), '-address',
                          ports.ADDRESS, '-port', epmd)),
                ('rabbitmq', (programs.of_system('rabbitmq-server'),
                              '-noinput'))))

    @property
    def url(self):
        """The transport_url for oslo.messaging."""
        return f'rabbit://guest:guest@{ports.ADDRESS}:{self.port}/'

    def start(self):
        """Start it; it takes a few seconds until it listens."""
        self._folder.mkdir()
        if self._account is not None:
            shutil.chown(self._folder, self._account.pw_uid,
                         self._account.pw_gid)
        for each in self.services:
            each.start()
