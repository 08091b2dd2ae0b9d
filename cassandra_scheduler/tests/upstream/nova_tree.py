# SPDX-License-Identifier: Apache-2.0
"""A directory in which the installed nova looks like its source tree.

Nova's functional tests read ``etc/nova/api-paste.ini`` beside the package
``nova``; an installed nova keeps it elsewhere in the environment. Two links
in a directory of ours, put first on the path, bring them together and leave
the environment as it is.
"""

import importlib.metadata
import importlib.util
import pathlib
import sys

PASTE = pathlib.PurePath('etc', 'nova', 'api-paste.ini')


class NovaNotFound(Exception):
    """The installed nova has not what its functional tests need."""


def build(parent):
    """Make the directory below ``parent`` and return its path."""
    tree = parent / 'nova_tree'
    tree.mkdir()
    (tree / 'nova').symlink_to(_package(), target_is_directory=True)
    (tree / 'etc').symlink_to(_configuration(), target_is_directory=True)
    return tree


def _package():
    spec = importlib.util.find_spec('nova')
    if spec is None or spec.origin is None:
        raise NovaNotFound('nova is not installed: pip install nova')
    package = pathlib.Path(spec.origin).parent
    if not (package / 'tests' / 'functional').is_dir():
        raise NovaNotFound(
            f'{package} has no tests/functional: install nova from its wheel')
    return package


def _configuration():
    for candidate in _paste_files():
        if candidate.is_file():
            return candidate.parent.parent
    raise NovaNotFound(
        f'the installed nova has no {PASTE}: install nova from its wheel')


def _paste_files():
    yield pathlib.Path(sys.prefix, PASTE)
    for entry in importlib.metadata.files('nova') or ():
        if entry.name == PASTE.name:
            yield pathlib.Path(entry.locate()).resolve()
