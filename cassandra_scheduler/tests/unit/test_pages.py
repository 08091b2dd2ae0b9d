# SPDX-License-Identifier: Apache-2.0
"""What pages and settings say: plain words, and files that exist."""

import pathlib
import re

import testtools

import cassandra_scheduler

PACKAGE = pathlib.Path(cassandra_scheduler.__file__).parent
TOP = PACKAGE.parent
FOLDERS = ('doc/source', 'devstack', 'etc', 'releasenotes/notes')
BUILT = '_static'
#: This page quotes what must not be written.
STYLE = 'english.rst'
# In two parts, so that a search for them does not find this file.
WORDS = re.compile(r'\b(who' r'ever|wh' r'om|sha' r'll|hi[sm]|Let)\b')
MODULE = re.compile(r'\b[a-z_]+/[a-z_/]+\.(?:py|cql)\b')


def pages():
    """Yield (path relative to the checkout, text) of every page."""
    paths = [*TOP.glob('*.rst'), *(
        path for folder in FOLDERS for path in (TOP / folder).rglob('*')
        if path.is_file() and not {BUILT, '__pycache__'} & {*path.parts})]
    for path in sorted(paths):
        yield path.relative_to(TOP), path.read_text(encoding='utf-8')


class TestPages(testtools.TestCase):

    def test_there_is_something_to_read(self):
        read = {str(path) for path, _text in pages()}
        self.assertLess({'README.rst', 'devstack/plugin.sh',
                         'doc/source/admin/failures.rst'}, read)

    def test_words_that_hide_the_subject(self):
        found = [f'{path}:{number}: {line.strip()}'
                 for path, text in pages() if path.name != STYLE
                 for number, line in enumerate(text.splitlines(), 1)
                 if WORDS.search(line)]
        self.assertEqual([], found)

    def test_every_file_that_a_page_names_exists(self):
        # A page names files from the package, or from the checkout.
        missing = {f'{path}: {name}' for path, text in pages()
                   if path.suffix == '.rst'
                   for name in MODULE.findall(text.replace(r'\n', ' '))
                   if not ((TOP / name).exists() or
                           (PACKAGE / name).exists())}
        self.assertEqual(set(), missing)
