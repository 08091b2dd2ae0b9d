# SPDX-License-Identifier: Apache-2.0
"""Every suite, one after another, and one line that sums them up.

Promises: what each suite prints is shown while it runs; a suite that breaks
before it can count its tests counts as one failure; the end says which tests
were slowest, and once more what failed. Refuses: going on in silence when a
suite did not run. Read next: tox.ini, environment ``all``.
"""

import argparse
import collections
import contextlib
import dataclasses
import os
import pathlib
import random
import re
import subprocess
import sys
import time

import fixtures

import cassandra_scheduler
from cassandra_scheduler import testbed
from cassandra_scheduler.testbed import cluster as local_cluster
from cassandra_scheduler.tests import complaints
from cassandra_scheduler.tests import durations

PACKAGE = pathlib.Path(cassandra_scheduler.__file__).parent
BIN = pathlib.Path(sys.executable).parent
# Where shell scripts are, and how they begin.
SHELL = (PACKAGE.parent / 'devstack', PACKAGE)
BASH = b'#!/bin/bash\n'
# Where pages are.
PAGES = ('doc/source', 'releasenotes/source', 'README.rst',
         'CONTRIBUTING.rst', 'SECURITY.rst', 'devstack')
SELECTION = PACKAGE / 'tests' / 'upstream' / 'ci.txt'

# Where the tests find Cassandra.
CONTACT_POINTS = 'CASSANDRA_SCHEDULER_TEST_CONTACT_POINTS'
PORT = 'CASSANDRA_SCHEDULER_TEST_PORT'

# A Cassandra that a test has for itself does not live long enough for what
# Java would compile with the greatest care; the one of all tests does.
SHORT_LIVED = {'JAVA_TOOL_OPTIONS': '-XX:TieredStopAtLevel=1'}

# The Cassandra of all tests need not survive a power cut: it does not wait
# for the disk after each of the thousand changes of a schema that tests make.
THROWN_AWAY = '-Dcassandra.unsafesystem=true'

#: So many of the slowest tests are listed at the end.
SLOWEST = 30

# What stestr prints at its end, below this heading, or instead of it.
_HEADING = 'Totals'
_NO_MATCH = "The specified regex doesn't match"
_TOTAL = re.compile(r' - ([A-Z][A-Za-z ]+): (\d+)')


@dataclasses.dataclass(frozen=True, slots=True)
class Suite:
    """A command that checks something.

    ``counts`` tells whether it is stestr, which says how many tests it ran;
    any other command is one test itself. ``may_be_empty``: running no test
    at all is fine.
    """
    name: str
    command: tuple
    counts: bool = True
    needs_cassandra: bool = False
    may_be_empty: bool = False

    def narrowed(self, expressions):
        """Return the suite with only those tests that one of these finds."""
        if not expressions or not self.counts:
            return self
        return dataclasses.replace(
            self, command=(*self.command, *expressions), may_be_empty=True)


@dataclasses.dataclass(frozen=True, slots=True)
class Result:
    """What came of a suite; ``seconds`` is wall-clock time.

    ``complaints``: a text for each test of which stestr says that it failed;
    ``durations``: (seconds, test id) of each test that ended.
    """
    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    remark: str = ''
    complaints: tuple = ()
    durations: tuple = ()


def suites():
    """Return all suites in the order in which they run."""
    return (
        Suite('pep8', (str(BIN / 'flake8'),), counts=False),
        Suite('bashate', (str(BIN / 'bashate'), *_shell_scripts()),
              counts=False),
        Suite('doc8', (str(BIN / 'doc8'), '--quiet', *PAGES), counts=False),
        Suite('sphinx-lint', (str(BIN / 'sphinx-lint'), '--enable', 'all',
                              '--disable', 'line-too-long', *PAGES),
              counts=False),
        Suite('codespell', (str(BIN / 'codespell'),), counts=False),
        Suite('docs', _sphinx('doc'), counts=False),
        Suite('releasenotes', _sphinx('releasenotes'), counts=False),
        Suite('lint', (str(BIN / 'lint-imports'),), counts=False),
        Suite('types', (str(BIN / 'mypy'),), counts=False),
        Suite('unit', _stestr('unit')),
        Suite('contract', _stestr('contract'), needs_cassandra=True),
        Suite('functional', _stestr('functional'), needs_cassandra=True),
        Suite('scenarios', (sys.executable, '-m',
                            'cassandra_scheduler.tests.scenarios'),
              needs_cassandra=True),
        Suite('gabbi', (sys.executable, '-m',
                        'cassandra_scheduler.tests.gabbi', '--crowded',
                        f'--shuffle={random.randrange(1, 10000)}'),
              needs_cassandra=True),
        Suite('placement', _upstream(ours='placement'),
              needs_cassandra=True),
        Suite('upstream', _upstream(ours='nova'), needs_cassandra=True),
    )


def _shell_scripts():
    """Return the files of the checkout that bash reads."""
    found = [PACKAGE.parent / '.ci' / 'run']
    for folder in SHELL:
        found += [path for path in sorted(folder.rglob('*')) if
                  path.is_file() and path.read_bytes().startswith(BASH)]
    return tuple(map(str, found))


def _sphinx(folder):
    """Return the command that builds pages, and takes warnings as errors."""
    return (str(BIN / 'sphinx-build'), '-W', '--keep-going', '-q',
            '-b', 'html', f'{folder}/source', f'{folder}/build/html')


def _stestr(folder):
    return (str(BIN / 'stestr'), '--test-path',
            f'./cassandra_scheduler/tests/{folder}',
            'run', '--concurrency', '2')


def _upstream(*, ours):
    """Return the command that runs CI's selection of one project's tests.

    Nova's and Placement's have workers, and counts, of their own.
    """
    lines = SELECTION.read_text().splitlines()
    expressions = filter(None, (line.split('#')[0].strip()
                                for line in lines))
    return (sys.executable, '-m', 'cassandra_scheduler.tests.upstream',
            *(expression for expression in expressions if ours == (
                'placement' if expression.startswith('placement')
                else 'nova')))


def count(suite, lines, *, exit_status):
    """Return the Result of a suite from what it printed and how it ended.

    An exit status that the counts do not explain is one failure.
    """
    if not suite.counts:
        return Result(suite.name, passed=int(exit_status == 0),
                      failed=int(exit_status != 0))
    totals = _totals(lines)
    passed = totals['Passed'] + totals['Expected Fail']
    failed = totals['Failed'] + totals['Unexpected Success']
    remark = ''
    if suite.may_be_empty and any(line.startswith(_NO_MATCH)
                                  for line in lines):
        remark = 'no test matches'
    elif exit_status != 0 and not failed:
        failed, remark = 1, f'ended with status {exit_status}'
    elif not passed and not failed:
        failed, remark = 1, 'ran no test'
    return Result(suite.name, passed=passed, failed=failed,
                  skipped=totals['Skipped'], remark=remark)


def _totals(lines):
    """Return stestr's closing counts; a test may have printed others."""
    totals = collections.Counter()
    for line in lines:
        if line == _HEADING:
            totals.clear()
        elif found := _TOTAL.fullmatch(line):
            totals[found[1]] = int(found[2])
    return totals


def run(suite, environment):
    """Run a suite, show what it prints as it comes, return its Result."""
    say(f'=== {suite.name}')
    began = time.monotonic()
    lines = []
    with subprocess.Popen(
            suite.command, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors='replace') as process:
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            lines.append(line.rstrip('\n'))
    if lines and not line.endswith('\n'):
        say('')
    result = count(suite, lines, exit_status=process.returncode)
    return dataclasses.replace(
        result, seconds=time.monotonic() - began,
        complaints=complaints.found(lines) if suite.counts else (),
        durations=durations.found(lines) if suite.counts else ())


@contextlib.contextmanager
def cassandra(environment):
    """Give an environment that names a running Cassandra.

    It is the caller's if the environment names one already; otherwise a new
    one on ports of its own, gone afterwards with all its data.
    """
    if environment.get(CONTACT_POINTS):
        say(f'=== Cassandra: {environment[CONTACT_POINTS]}')
        yield environment
        return
    say('=== Cassandra')
    cluster = local_cluster.LocalCluster.on_fresh_ports()
    try:
        with fixtures.EnvironmentVariable('JAVA_TOOL_OPTIONS', ' '.join((
                os.environ.get('JAVA_TOOL_OPTIONS', ''), THROWN_AWAY))):
            cluster.start(tell=say)
        yield {**environment, PORT: str(cluster.port),
               CONTACT_POINTS: ','.join(cluster.contact_points)}
    finally:
        cluster.wipe()


def run_all(suites, environment):
    """Run the suites, those without Cassandra first; return the Results."""
    results = [run(suite, environment) for suite in suites
               if not suite.needs_cassandra]
    needy = [suite for suite in suites if suite.needs_cassandra]
    if not needy:
        return results
    try:
        with cassandra(environment) as with_cassandra:
            return results + [run(suite, with_cassandra) for suite in needy]
    except testbed.TestbedError as error:
        say(f'Cassandra did not start: {error}')
        return results + [Result(suite.name, failed=1,
                                 remark='Cassandra did not start')
                          for suite in needy]


def table(results):
    """Return the lines of a table with one row for each Result."""
    lines = [f'{"suite":<12}{"passed":>8}{"failed":>8}{"skipped":>9}'
             f'{"seconds":>9}']
    for result in results:
        lines.append(f'{result.name:<12}{result.passed:>8}'
                     f'{result.failed:>8}{result.skipped:>9}'
                     f'{result.seconds:>9.0f}  {result.remark}'.rstrip())
    return lines


def slowest(results):
    """Return lines that list the slowest tests, the slowest one first."""
    ended = sorted(((seconds, result.name, test_id) for result in results
                    for seconds, test_id in result.durations), reverse=True)
    if not ended:
        return []
    return [f'the {min(SLOWEST, len(ended))} slowest of {len(ended)} tests:',
            *(f'{seconds:>7.1f} s  {name}: {test_id}'
              for seconds, name, test_id in ended[:SLOWEST])]


def closing(results):
    """Return the last lines: slow tests, what failed, the table, the sums."""
    passed = sum(result.passed for result in results)
    failed = sum(result.failed for result in results)
    return [*slowest(results),
            *(f'--- {result.name}: {complaint}' for result in results
              for complaint in result.complaints),
            *table(results), f'{passed} passed, {failed} failed']


def say(line):
    print(line, flush=True)


def main(argv=None):
    """Run the suites named, or all, and return the exit status."""
    known = suites()
    names = [suite.name for suite in known]
    parser = argparse.ArgumentParser(
        prog='python -m cassandra_scheduler.tests.all',
        description='Run test suites and sum up what they say.')
    parser.add_argument('--suite', action='append', choices=names,
                        help='run only this one; may be given again')
    parser.add_argument('expressions', nargs='*', metavar='REGEX',
                        help='run the tests whose id one of these finds; '
                             'all of them without any')
    options = parser.parse_args(argv)
    wanted = [suite.narrowed(options.expressions) for suite in known
              if suite.name in (options.suite or names)]
    results = run_all(wanted, {**SHORT_LIVED, **os.environ})
    for line in closing(results):
        say(line)
    fine = (any(result.passed for result in results) and
            not any(result.failed for result in results))
    return 0 if fine else 1


if __name__ == '__main__':
    sys.exit(main())
