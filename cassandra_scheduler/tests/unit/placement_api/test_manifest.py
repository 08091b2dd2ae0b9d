# SPDX-License-Identifier: Apache-2.0

import ast
import importlib
import pathlib

import fixtures
import placement
import testtools

from cassandra_scheduler.model import errors
from cassandra_scheduler.placement_api.http import exchange

#: What upstream's REST layer uses of ``placement.objects`` as it is: values
#: and functions that reach no database.
PURE = {
    ('allocation', 'Allocation'),
    ('consumer_type', 'NULL_CONSUMER_TYPE_ALIAS'),
    ('inventory', 'find'),
}
#: Rooms of placement that are neither the REST layer nor served by us.
ELSEWHERE = ('cmd', 'db', 'objects', 'tests')


class Uses(ast.NodeVisitor):
    """Collects (module, name) for what is used of placement.objects."""

    def __init__(self):
        self.found = set()
        self._aliases = {}

    def visit_ImportFrom(self, node):
        if node.module == 'placement.objects':
            for alias in node.names:
                self._aliases[alias.asname or alias.name] = alias.name
        elif (node.module or '').startswith('placement.objects.'):
            raise AssertionError(f'{node.module} is imported by parts')

    def visit_Attribute(self, node):
        if isinstance(node.value, ast.Name) and (
                node.value.id in self._aliases):
            self.found.add((self._aliases[node.value.id], node.attr))
        self.generic_visit(node)


def used_by_the_rest_layer():
    top = pathlib.Path(placement.__file__).parent
    found = set()
    for path in top.rglob('*.py'):
        if path.relative_to(top).parts[0] not in ELSEWHERE:
            uses = Uses()
            uses.visit(ast.parse(path.read_text(encoding='utf-8')))
            found |= uses.found
    return found


class TestManifest(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.addCleanup(exchange.install if exchange.is_installed()
                        else exchange.uninstall)
        exchange.uninstall()

    @staticmethod
    def _names():
        return [getattr(importlib.import_module(module), name)
                for module, (_ours, names) in exchange.MANIFEST.items()
                for name in names]

    def test_install_and_uninstall(self):
        before = self._names()
        exchange.install()
        exchanged = self._names()
        for one, other in zip(before, exchanged):
            self.assertIsNot(one, other)
        exchange.install()
        self.assertEqual(exchanged, self._names())
        exchange.uninstall()
        self.assertEqual(before, self._names())
        from placement import context
        self.assertFalse(hasattr(context.RequestContext, 'store'))

    def test_a_name_that_is_gone_leaves_all_as_it_was(self):
        before = self._names()
        wanted = {**exchange.MANIFEST,
                  'placement.policy': ('http.database', ('no_such_name',))}
        with fixtures.MonkeyPatch(
                'cassandra_scheduler.placement_api.http.exchange.MANIFEST',
                wanted):
            refused = self.assertRaises(errors.InvalidSettings,
                                        exchange.install)
        self.assertIn('placement.policy.no_such_name', str(refused))
        self.assertEqual(before, self._names())
        self.assertFalse(exchange.is_installed())

    def test_all_that_handlers_use_is_exchanged_or_pure(self):
        exchanged = {
            (module.rpartition('.')[2], name)
            for module, (_ours, names) in exchange.MANIFEST.items()
            for name in names if module.startswith('placement.objects.')}
        used = used_by_the_rest_layer()
        self.assertEqual(set(), used - exchanged - PURE)
        self.assertEqual(set(), PURE - used)

    def test_what_is_left_of_sql_fails(self):
        from oslo_db import exception as db_exc
        from placement import context
        from placement.objects import allocation

        exchange.install()
        self.assertRaises(
            (db_exc.CantStartEngineError, db_exc.NoEngineContextEstablished),
            allocation._delete_allocations_for_consumer,
            context.RequestContext(), 'consumer')
