# SPDX-License-Identifier: Apache-2.0
"""Reads the named statements of a ``.cql`` file.

A statement starts at a line ``-- name: verb_object`` and ends at the next
such line. Other comment lines are for the reader.
"""

from importlib import resources
import re

_NAME = re.compile(r'^--\s*name:\s*(\w+)\s*$')


def load(module_name: str) -> dict[str, str]:
    """Return the statements of ``<module_name>.cql`` as name -> text."""
    source = resources.files('cassandra_scheduler.store').joinpath(
        f'{module_name}.cql').read_text(encoding='utf-8')
    return parse(source)


def parse(source: str) -> dict[str, str]:
    """Return name -> statement of the text of one file."""
    found: dict[str, list[str]] = {}
    lines = None
    for line in source.splitlines():
        match = _NAME.match(line)
        if match:
            if match.group(1) in found:
                raise ValueError(f'statement {match.group(1)} stands twice')
            lines = found[match.group(1)] = []
        elif lines is not None and line.strip() and not (
                line.lstrip().startswith('--')):
            lines.append(line.strip())
    return {name: ' '.join(text) for name, text in found.items()}
