# SPDX-License-Identifier: Apache-2.0
"""The same checks of style run in tox, before a commit and in CI."""

import configparser
import pathlib
import re
import subprocess

import fixtures
import testtools
import yaml

import cassandra_scheduler
from cassandra_scheduler.tests import all as all_suites

TOP = pathlib.Path(cassandra_scheduler.__file__).parents[1]
#: Suites that read files and run nothing, and are quick.
STYLE = {'pep8', 'bashate', 'doc8', 'sphinx-lint', 'codespell'}
GOOD = 'docs: Say how to report a fault\n\nNobody knew the address.\n'


class TestStyleChecks(testtools.TestCase):

    def setUp(self):
        super().setUp()
        [local] = yaml.safe_load(
            (TOP / '.pre-commit-config.yaml').read_text())['repos']
        self.hooks = {hook['id']: hook for hook in local['hooks']}

    def test_tox_runs_every_check(self):
        tox = configparser.ConfigParser(interpolation=None)
        tox.read(TOP / 'tox.ini')
        words = tox['testenv:pep8']['commands'].split()
        self.assertEqual(STYLE, {after for word, after in
                                 zip(words, words[1:]) if word == '--suite'})

    def test_a_hook_runs_every_check_with_the_same_program(self):
        programs = {suite.name: pathlib.Path(suite.command[0]).name
                    for suite in all_suites.suites()
                    if suite.name in STYLE | {'lint', 'types'}}
        self.assertEqual(programs, {
            name: pathlib.Path(hook['entry'].split()[0]).name
            for name, hook in self.hooks.items()
            if name != 'commit-message'})

    def test_the_form_of_a_commit_message(self):
        pattern = re.compile(self.hooks['commit-message']['entry'],
                             re.MULTILINE | re.DOTALL)
        self.assertRegex(GOOD, pattern)
        self.assertRegex("Merge branch 'one'\n", pattern)
        subject, body = GOOD.split('\n\n')
        for bad in (subject, f'{subject}.\n\n{body}', GOOD.lower(),
                    f'{subject}\n\n# {body}', GOOD.removeprefix('docs: '),
                    f'{subject}{"x" * 72}\n\n{body}',
                    f'{subject}\n\nSigned-off-by: {body}'):
            self.assertNotRegex(bad, pattern)

    def test_codespell_finds_a_slip(self):
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        (folder / 'page.rst').write_text('Reads t' 'eh row.\n')
        [suite] = [suite for suite in all_suites.suites()
                   if suite.name == 'codespell']
        done = subprocess.run([*suite.command, str(folder)], cwd=TOP,
                              capture_output=True, text=True)
        self.assertEqual(65, done.returncode, done.stderr)
        self.assertIn('t' 'eh ==> the', done.stdout)
