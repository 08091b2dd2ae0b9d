# SPDX-License-Identifier: Apache-2.0
"""Writes configuration files as oslo.config and Paste read them."""

import configparser
import importlib.metadata
import pathlib
import sys

from cassandra_scheduler.model import errors

PASTE = 'api-paste.ini'


def write(path, sections):
    """Write a file of options: section -> option -> value."""
    written = parser()
    for section, options in sections.items():
        written[section] = {name: str(value)
                            for name, value in options.items()}
    with path.open('w') as file:
        written.write(file)


def parser():
    """Return a parser of such files; DEFAULT is a section like others."""
    made = configparser.RawConfigParser(default_section='-')
    made.optionxform = str
    return made


def cassandra(settings):
    """Return the options of [cassandra] for Settings."""
    return {'contact_points': ','.join(settings.contact_points),
            'port': settings.port, 'keyspace': settings.keyspace,
            'cloud': settings.cloud,
            'local_datacenter': settings.local_datacenter}


def installed_paste():
    """Return the api-paste.ini of the installed nova.

    Raises InvalidSettings if there is none.
    """
    beside = pathlib.Path(sys.prefix, 'etc', 'nova', PASTE)
    if beside.is_file():
        return beside
    for entry in importlib.metadata.files('nova') or ():
        if entry.name == PASTE:
            return pathlib.Path(entry.locate()).resolve()
    raise errors.InvalidSettings(
        f'The installed nova has no {PASTE}: install nova from its wheel.')
