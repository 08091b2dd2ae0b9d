# SPDX-License-Identifier: Apache-2.0

import pathlib
import re

import testtools

from cassandra_scheduler import store
from cassandra_scheduler.store import statements

FOLDER = pathlib.Path(store.__file__).parent
SOURCE = '''
-- A word to the reader.
-- name: find_it
SELECT a
  FROM b
  -- why so
 WHERE c = ?

-- name: put_it
INSERT INTO b (a) VALUES (?)
'''


class TestParse(testtools.TestCase):

    def test_names_and_texts(self):
        self.assertEqual(
            {'find_it': 'SELECT a FROM b WHERE c = ?',
             'put_it': 'INSERT INTO b (a) VALUES (?)'},
            statements.parse(SOURCE))

    def test_nothing_is_nothing(self):
        self.assertEqual({}, statements.parse('-- only a remark\n\n'))

    def test_one_name_twice(self):
        error = self.assertRaises(ValueError, statements.parse,
                                  SOURCE + '-- name: put_it\nSELECT 1\n')
        self.assertIn('put_it', str(error))


class TestFiles(testtools.TestCase):
    """The statements that ship."""

    def files(self):
        return [path.stem for path in FOLDER.glob('*.cql')]

    def test_each_belongs_to_a_module(self):
        self.assertIn('trees', self.files())
        for name in self.files():
            self.assertTrue((FOLDER / f'{name}.py').exists() or
                            (FOLDER / name).is_dir(), name)
            self.assertNotEqual({}, statements.load(name))

    def test_values_are_bound_and_never_put_in(self):
        for name in self.files():
            for verb, text in statements.load(name).items():
                fields = set(re.findall(r'{(\w*)}', text))
                self.assertLessEqual(fields, {'keyspace', 'replication'},
                                     f'{name}: {verb}')

    def test_only_conditional_statements_touch_conditional_tables(self):
        """A plain write would carry the clock's time against ballots."""
        tables = ('provider_trees', 'provider_names', 'consumer_homes',
                  'transactions', 'catalogue', 'server_groups')
        for name in self.files():
            for verb, text in statements.load(name).items():
                if text.startswith('SELECT'):
                    continue
                if any(f'.{table} ' in text + ' ' for table in tables):
                    self.assertIn(' IF ', text, f'{name}: {verb}')
