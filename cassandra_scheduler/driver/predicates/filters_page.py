# SPDX-License-Identifier: Apache-2.0
"""Writes the page about Nova's filters and weighers.

    python -m cassandra_scheduler.driver.predicates.filters_page [file]
"""

import pathlib
import sys

from cassandra_scheduler.driver.predicates import ranking
from cassandra_scheduler.driver.predicates import registry

#: The page in the source tree.
PAGE = 'doc/source/admin/filters.rst'
_HEAD = '''\
.. Written by: python -m cassandra_scheduler.driver.predicates.filters_page

====================
Filters and weighers
====================

Nova's own class decides for every enabled filter, on the row of a host. The
query that finds candidates already leaves out hosts that a filter would
refuse. For each filter, it does one of three things:

exact
    The query and the filter agree.
narrowed
    The query finds every host that the filter passes, and also some hosts
    that the filter refuses.
Python
    The query does nothing for the filter.

The query does nothing for a subclass of Nova's filters, or for a filter from
elsewhere. It does nothing for any filter if ``[cassandra_scheduler]
push_down_filters`` is false. The page :doc:`/design/predicates` gives the
reasons.

Filters
=======

'''
_BETWEEN = '''
Weighers
========

Nova's own weighers order the hosts that pass the filters. The query does
nothing for them: the weight of a host depends on all other candidates.

'''


def text():
    """Return the page as reStructuredText."""
    filters = [(each.name, each.pushed or '-', each.result, each.rest or '-')
               for each in registry.ALL]
    weighers = [(name.rpartition('.')[2], what, source)
                for name, what, source in ranking.ALL]
    return (_HEAD + _table(('Filter', 'What the query compares', 'Result',
                            'Decided in Python'), sorted(filters)) +
            _BETWEEN + _table(('Weigher', 'Weighs', 'From'),
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
