# SPDX-License-Identifier: Apache-2.0

import io

from rich import console
import testtools

from cassandra_scheduler.bench import placement_bench
from cassandra_scheduler.bench import placement_sides


def figure(cloud, request, side, p50_ms):
    return placement_bench.PlacementFigure(
        cloud, request, side, 10, p50_ms, p50_ms * 3, per_second=p50_ms / 10)


class TestTables(testtools.TestCase):

    def test_each_cloud_has_a_table_and_each_request_a_ratio(self):
        figures = [figure('flat 9', 'query', placement_sides.UPSTREAM, 80.0),
                   figure('flat 9', 'query', placement_sides.OURS, 20.0),
                   figure('nested 9', 'query', placement_sides.UPSTREAM, 10.0),
                   figure('nested 9', 'query', placement_sides.OURS, 15.0)]
        first, second = placement_bench.tables(figures)
        text = io.StringIO()
        console.Console(file=text, width=80).print(first)
        [row] = [line for line in text.getvalue().splitlines()
                 if 'query' in line and 'request' not in line]
        self.assertEqual(['query', '80.0', '240.0', '20.0', '60.0', '0.25',
                          '8.0', ':', '2.0'], row.split())
        self.assertEqual(1, second.row_count)
