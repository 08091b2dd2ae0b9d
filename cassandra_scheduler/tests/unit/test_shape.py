# SPDX-License-Identifier: Apache-2.0
"""Guards against accidents of shape, in everything that ships.

The ceilings are high on purpose: they stop a file or a function that has
grown unnoticed, and are no aim. All but the tests ship.
"""

import ast
import pathlib

import testtools

import cassandra_scheduler

PACKAGE = pathlib.Path(cassandra_scheduler.__file__).parent

FILE_LINES = 600
FUNCTION_LINES = 100


def sources():
    """Yield (path relative to the package, text) of all that ships."""
    for path in sorted(PACKAGE.rglob('*.py')):
        relative = path.relative_to(PACKAGE)
        if relative.parts[0] != 'tests':
            yield relative, path.read_text(encoding='utf-8')


def functions():
    """Yield (where, node) for every function and method that ships."""
    for relative, text in sources():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f'{relative}:{node.lineno} {node.name}', node


def length(node):
    """Return the lines of a function, its decorators not counted."""
    return node.end_lineno - node.lineno + 1


class TestShape(testtools.TestCase):

    def test_there_is_something_to_measure(self):
        self.assertIn('conf/registration.py',
                      [str(relative) for relative, _text in sources()])

    def test_files(self):
        long = [f'{relative}: {lines} lines' for relative, text in sources()
                if (lines := len(text.splitlines())) > FILE_LINES]
        self.assertEqual([], long, f'the ceiling is {FILE_LINES}')

    def test_functions(self):
        long = [f'{where}: {length(node)} lines'
                for where, node in functions()
                if length(node) > FUNCTION_LINES]
        self.assertEqual([], long, f'the ceiling is {FUNCTION_LINES}')

    def test_every_module_says_what_it_is_for(self):
        mute = [str(relative) for relative, text in sources()
                if not ast.get_docstring(ast.parse(text))]
        self.assertEqual([], mute, 'a docstring is missing')

    def test_every_file_names_its_licence(self):
        mark = '# SPDX-License-Identifier: Apache-2.0\n'
        bare = [str(relative) for relative, text in sources()
                if not text.startswith(mark)]
        self.assertEqual([], bare, f'the first line must be {mark!r}')
