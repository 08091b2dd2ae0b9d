# SPDX-License-Identifier: Apache-2.0
"""The names of the product: one name for one thing, in the field's words."""

import ast
import collections
import functools
import pathlib

import testtools

import cassandra_scheduler

PACKAGE = pathlib.Path(cassandra_scheduler.__file__).parent

#: Stand-ins keep the names of upstream's own classes.
STAND_INS = ('placement_api/objects/', 'mini_cloud/')
#: Names that two classes still share. Only take names out.
NOT_YET = set()
#: Names of modules that say nothing of what is in them.
EMPTY_NAMES = {'utils', 'helpers', 'common', 'manager', 'data', 'new'}
#: Modules that Nova's own name is good for.
MANAGERS = {'driver/manager.py'}
#: Words of our own that the field's words have replaced.
OLD_WORDS = frozenset((
    'Claimant', 'Claimants', 'FirstSync', 'HostView', 'Judge', 'Located',
    'Location', 'Locator', 'Manners', 'NovaJudge', 'Place', 'Placed', 'Pulse',
    'Rounds', 'SeenLocation', 'Surroundings', 'Survey', 'Wanted', 'Watch',
    'World', 'claimant', 'claimants', 'goodbye_of', 'hopeful', 'manners',
    'new_op', 'pulse', 'recent_ops', 'replaceable', 'survey', 'took'))
#: Modules that still have some. Only take names out.
OLD_WORDS_IN = ()
#: The modules that may call a function again until it succeeds or time is up.
RETRYING = {'store/retrying.py', 'store/tree_writer.py'}


@functools.cache
def modules():
    """Return path -> syntax tree of each module of the product."""
    found = {}
    for path in sorted(PACKAGE.rglob('*.py')):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith('tests/'):
            found[name] = ast.parse(path.read_text(encoding='utf-8'))
    return found


def defined_in(tree):
    """Yield the names that a module defines, of whatever kind."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


class TestNames(testtools.TestCase):

    def test_no_two_classes_share_a_name(self):
        where = collections.defaultdict(list)
        for path, tree in modules().items():
            if not path.startswith(STAND_INS):
                for node in ast.walk(tree):
                    if isinstance(node, ast.ClassDef):
                        where[node.name].append(path)
        self.assertEqual({}, {name: paths for name, paths in where.items()
                              if len(paths) > 1 and name not in NOT_YET})

    def test_modules_say_what_is_in_them(self):
        empty = {path for path in modules() if EMPTY_NAMES & set(
            path.removesuffix('.py').split('/'))}
        self.assertEqual(MANAGERS, empty)

    def test_old_words_are_gone(self):
        found = {(name, path) for path, tree in modules().items()
                 if path not in OLD_WORDS_IN for name in defined_in(tree)
                 if name.lstrip('_') in OLD_WORDS}
        self.assertEqual(set(), found)

    def test_one_owner_of_trying_again(self):
        loops = {path for path, tree in modules().items()
                 if path.startswith(('model/', 'store/', 'scheduling/',
                                     'placement_api/', 'reporter/', 'audit/'))
                 for loop in ast.walk(tree) if isinstance(loop, ast.While)
                 for node in ast.walk(loop)
                 if isinstance(node, ast.Attribute) and node.attr == 'wait'}
        self.assertEqual(RETRYING, loops)

    def test_there_is_something_to_look_at(self):
        self.assertGreater(len(modules()), 100)
        self.assertIn('TestNames', defined_in(
            ast.parse(pathlib.Path(__file__).read_text(encoding='utf-8'))))
