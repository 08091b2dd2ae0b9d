# SPDX-License-Identifier: Apache-2.0
"""Figures become a table, ratios and JSON without losing one."""

import io
import json
import os
import tempfile
import unittest

from rich import console

from cassandra_scheduler.bench import figures


def figure(hosts, request, p50_ms, **fields):
    return figures.SchedulerFigure(
        hosts=hosts, request=request, runs=10, p50_ms=p50_ms,
        p99_ms=p50_ms * 2, **fields)


FIGURES = [figure(1000, 'bare LWT', 2.0),
           figure(1000, 'plain', 10.0, rows=50, queries=1, writes=2),
           figure(100000, 'bare LWT', 2.5),
           figure(100000, 'plain', 12.0, rows=50, queries=1, writes=2)]


class Figures(unittest.TestCase):

    def test_table_has_a_row_each_and_the_ratio_to_the_floor(self):
        shown = io.StringIO()
        console.Console(file=shown, width=160).print(figures.table(FIGURES))
        self.assertEqual(2, shown.getvalue().count('plain'))
        self.assertIn('4.8', shown.getvalue())

    def test_growth_compares_the_largest_with_a_thousand(self):
        self.assertEqual(
            ['bare LWT: p50 at 100,000 hosts is 1.25 times that at 1,000',
             'plain: p50 at 100,000 hosts is 1.20 times that at 1,000'],
            list(figures.growth(FIGURES)))

    def test_growth_of_one_size_says_nothing(self):
        self.assertEqual([], list(figures.growth(FIGURES[:2])))

    def test_json_holds_every_figure(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'figures.json')
            figures.write_json(FIGURES, path)
            with open(path, encoding='utf-8') as file:
                written = json.load(file)
        self.assertEqual([12.0, 50], [written[3]['p50_ms'],
                                      written[3]['rows']])
