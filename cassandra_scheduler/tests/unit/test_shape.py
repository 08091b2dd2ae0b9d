# SPDX-License-Identifier: Apache-2.0
"""Ceilings that keep every file and function readable in one go.

They hold for everything that ships, that is for all but the tests.
"""

import ast
import pathlib

import testtools

import cassandra_scheduler

PACKAGE = pathlib.Path(cassandra_scheduler.__file__).parent

FILE_LINES = 400
FUNCTION_LINES = 60
USUAL_FUNCTION_LINES = 45
USUAL_SHARE = 0.95
PARAMETERS = 12
# RPC methods whose parameters are Nova's.
SIGNED_ELSEWHERE = {'select_destinations'}
#: Functions whose parameters Nova has chosen: RPC calls them by name.
CHOSEN_BY_NOVA = frozenset({'select_destinations'})


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


def parameters(node):
    """Return the number of parameters a caller has to know."""
    args = node.args
    named = [arg.arg for arg in
             args.posonlyargs + args.args + args.kwonlyargs]
    if named[:1] in (['self'], ['cls']):
        named = named[1:]
    return len(named)


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

    def test_most_functions_fit_on_a_screen(self):
        lengths = {where: length(node) for where, node in functions()}
        long = [f'{where}: {lines} lines' for where, lines in lengths.items()
                if lines >= USUAL_FUNCTION_LINES]
        allowed = int(len(lengths) * (1 - USUAL_SHARE))
        self.assertLessEqual(
            len(long), allowed,
            f'only {allowed} of {len(lengths)} functions may have '
            f'{USUAL_FUNCTION_LINES} lines or more: {long}')

    def test_parameters(self):
        many = [f'{where}: {parameters(node)} parameters'
                for where, node in functions()
                if parameters(node) > PARAMETERS and
                node.name not in CHOSEN_BY_NOVA]
        self.assertEqual([], many, f'the ceiling is {PARAMETERS}')

    def test_every_module_says_what_it_is_for(self):
        mute = [str(relative) for relative, text in sources()
                if not ast.get_docstring(ast.parse(text))]
        self.assertEqual([], mute, 'a docstring is missing')

    def test_every_file_names_its_licence(self):
        mark = '# SPDX-License-Identifier: Apache-2.0\n'
        bare = [str(relative) for relative, text in sources()
                if not text.startswith(mark)]
        self.assertEqual([], bare, f'the first line must be {mark!r}')
