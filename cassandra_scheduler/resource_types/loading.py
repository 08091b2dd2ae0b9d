# SPDX-License-Identifier: Apache-2.0
"""Loads the installed resource types from their entry points."""

import functools

from stevedore import extension

from cassandra_scheduler.model import errors

NAMESPACE = 'cassandra_scheduler.resource_types'


@functools.lru_cache(maxsize=None)
def installed():
    """Return one instance of every installed type, ``base`` first.

    Raises InvalidSettings if a type cannot be loaded, or if two types
    declare one column differently.
    """
    loaded = extension.ExtensionManager(
        NAMESPACE, invoke_on_load=True,
        on_load_failure_callback=_refuse)
    types = tuple(sorted((found.obj for found in loaded),
                         key=lambda kind: (kind.name != 'base', kind.name)))
    seen = {}
    for kind in types:
        for column in kind.columns:
            if seen.setdefault(column.name, column) != column:
                raise errors.InvalidSettings(
                    f'Resource type {kind.name!r} declares column '
                    f'{column.name!r}, but another type declares the same '
                    'column differently.')
    return types


def get(name):
    """Return the installed type of this name; raises InvalidSettings."""
    for kind in installed():
        if kind.name == name:
            return kind
    raise errors.InvalidSettings(
        f'No resource type {name!r} is installed in the entry points '
        f'{NAMESPACE}.')


def _refuse(manager, entry_point, exc):
    raise errors.InvalidSettings(
        f'Resource type {entry_point.name!r} cannot be loaded: {exc}')
