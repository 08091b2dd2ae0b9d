# SPDX-License-Identifier: Apache-2.0
"""Writes what is pushed down of Nova's filters, for the documentation.

    python -m cassandra_scheduler.driver.predicates.table [file]
"""

import pathlib
import sys

from cassandra_scheduler.driver.predicates import ranking
from cassandra_scheduler.driver.predicates import registry

#: Where the table stands in the source tree.
PLACE = 'doc/source/admin/filters.rst'
_HEAD = '''\
.. Written by: python -m cassandra_scheduler.driver.predicates.table

====================
Filters and weighers
====================

Every enabled filter decides as Nova's own class, on the row of a host. Before
that, the query leaves out hosts which some filter would refuse. What it does
for a filter is one of these:

exact
    The query and the filter agree.
narrowed
    The query never misses a host that the filter passes, and finds some that
    it refuses.
Python
    The query says nothing of it.

A subclass, or a filter from elsewhere, has nothing pushed down. With
``[cassandra_scheduler] push_down_filters`` set to false no filter has.
The page :doc:`/design/predicates` says why it is so.

Filters
=======

'''
_BETWEEN = '''
Weighers
========

Weighers rank what the filters have left, as Nova's own classes. Nothing of
them is pushed down: their scores depend on who else is a candidate.

'''


def text():
    """Return the page as reStructuredText."""
    filters = [(each.name, each.pushed or '-', each.result, each.rest or '-')
               for each in registry.ALL]
    weighers = [(name.rpartition('.')[2], what, source)
                for name, what, source in ranking.ALL]
    return (_HEAD + _table(('Filter', 'Pushed down', 'Result',
                            'Decided in Python'), sorted(filters)) +
            _BETWEEN + _table(('Weigher', 'Ranks by', 'From'),
                              sorted(weighers)))


def _table(titles, rows):
    lines = ['.. list-table::', '   :header-rows: 1', '']
    for row in (titles, *rows):
        for number, cell in enumerate(row):
            lines.append(f'   {" " if number else "*"} - {cell}')
    return '\n'.join(lines) + '\n'


if __name__ == '__main__':
    if len(sys.argv) > 1:
        pathlib.Path(sys.argv[1]).write_text(text(), encoding='utf-8')
    else:
        sys.stdout.write(text())
