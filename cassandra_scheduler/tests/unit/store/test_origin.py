# SPDX-License-Identifier: Apache-2.0

import testtools

from cassandra_scheduler.store import origin


class TestOrigin(testtools.TestCase):

    def test_the_op_of_schema_4(self):
        self.assertEqual('id/tree', origin.op_of('id', 'tree'))
        self.assertEqual('id', origin.op_of('id', None))

    def test_every_row_of_a_mixed_cloud(self):
        for op, column, found in (
                ('id/old', None, 'old'), ('id/old', 'old', 'old'),
                ('id', None, None), ('id', 'old', 'old'),
                (None, None, None), ('id/a/b', None, 'a/b')):
            self.assertEqual(found, origin.of_row(
                {'op': op, 'from_tree': column}, 'from_tree'))
        # A table without such a column has no such rows.
        self.assertIsNone(origin.of_row({'op': 'id'}, 'from_tree'))
