# SPDX-License-Identifier: Apache-2.0
"""Writes the configuration files of the demo's services into its folder.

Everything is real configuration of real services: what is written here would
do in a cloud of one machine.
"""

import configparser
import importlib.metadata
import pathlib
import sys

from cassandra_scheduler.demo import tokens
from cassandra_scheduler.model import errors

_PASTE = 'api-paste.ini'
#: The one cell of Nova where the computes are.
CELL = 'cell1'
DATABASES = ('api', 'cell0', CELL)


def nova(folder, settings, *, placement, glance, neutron):
    """Write nova.conf and api-paste.ini; the last three are URLs."""
    admin = {'auth_type': 'admin_token', 'token': tokens.ADMIN}
    write(folder / 'nova.conf', {
        'DEFAULT': {
            'state_path': folder, 'log_file': folder / 'nova.log',
            'use_stderr': False, 'transport_url': 'fake:///',
            'compute_driver': 'fake.FakeDriver', 'my_ip': '127.0.0.1',
            'reserved_host_memory_mb': 0,
            # Every periodic task of twenty computes at once, in one process,
            # would be most of what this machine does.
            'periodic_enable': False},
        'api_database': _database(folder, 'api'),
        'database': _database(folder, CELL),
        'cassandra': cassandra(settings),
        'placement': {**admin, 'endpoint': placement,
                      'endpoint_override': placement},
        'glance': {'endpoint_override': glance},
        'neutron': {**admin, 'endpoint': neutron,
                    'endpoint_override': neutron},
        'oslo_concurrency': {'lock_path': folder / 'locks'},
        'quota': dict.fromkeys(
            ('instances', 'cores', 'ram', 'server_groups',
             'server_group_members'), -1),
        'wsgi': {'api_paste_config': folder / _PASTE}})
    _write_paste(folder / _PASTE)


def placement(folder, settings):
    """Write placement.conf."""
    write(folder / 'placement.conf', {
        'DEFAULT': {'log_file': folder / 'placement.log',
                    'use_stderr': False},
        'api': {'auth_strategy': 'noauth2'},
        'cassandra': cassandra(settings)})


def database_file(folder, name):
    """Return where one of Nova's databases is."""
    return folder / f'nova_{name}.sqlite'


def database_url(folder, name):
    """Return the same as Nova's configuration has it."""
    return f'sqlite:///{database_file(folder, name)}'


def _database(folder, name):
    return {'connection': database_url(folder, name),
            'sqlite_synchronous': False}


def cassandra(settings):
    """Return the options of [cassandra] for Settings."""
    return {'contact_points': ','.join(settings.contact_points),
            'port': settings.port, 'keyspace': settings.keyspace,
            'cloud': settings.cloud,
            'local_datacenter': settings.local_datacenter}


def _write_paste(path):
    """Write the installed nova's pipeline with our tokens in it."""
    paste = _parser()
    paste.read(installed_paste())
    paste['filter:authtoken'] = {'paste.filter_factory':
                                 f'{tokens.__name__}:filter_factory'}
    with path.open('w') as file:
        paste.write(file)


def installed_paste():
    """Return where the installed nova has its api-paste.ini."""
    beside = pathlib.Path(sys.prefix, 'etc', 'nova', _PASTE)
    if beside.is_file():
        return beside
    for entry in importlib.metadata.files('nova') or ():
        if entry.name == _PASTE:
            return pathlib.Path(entry.locate()).resolve()
    raise errors.InvalidSettings(
        f'The installed nova has no {_PASTE}: install nova from its wheel.')


def write(path, sections):
    """Write a file of options: section -> option -> value."""
    written = _parser()
    for section, options in sections.items():
        # DEFAULT is no section of its own to configparser.
        written[section] = {name: str(value)
                            for name, value in options.items()}
    with path.open('w') as file:
        written.write(file)


def _parser():
    parser = configparser.RawConfigParser(default_section='-')
    parser.optionxform = str
    return parser
