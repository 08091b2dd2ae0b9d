# SPDX-License-Identifier: Apache-2.0
"""Somebody else's test suite, listed and run by stestr.

A suite is a package of ours whose ``load_tests`` gives the tests of another
project. The workers of stestr are processes of their own: they learn what to
load, and whether to run stock, from the environment.
"""

import dataclasses
import os
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[3]

MODE = 'CASSANDRA_SCHEDULER_SUITE_MODE'
MODULES = 'CASSANDRA_SCHEDULER_SUITE_MODULES'
SHUFFLE = 'CASSANDRA_SCHEDULER_SUITE_SHUFFLE'
OURS, STOCK = 'ours', 'stock'


class ListingFailed(Exception):
    """The tests could not even be listed."""


@dataclasses.dataclass(frozen=True)
class Suite:
    """A package with ``load_tests``, and how stestr has to treat it.

    ``group_regex``: tests whose ids agree in its match share a worker.
    ``path``: directories to put first on the workers' path. ``shuffle``: a
    number to draw another order of the groups by, where the package can.
    """
    package: str
    mode: str
    group_regex: str | None = None
    path: tuple = ()
    shuffle: int | None = None

    def environment(self, given, **more):
        """Return the environment of a worker, made from the given one."""
        path = [*map(str, self.path), str(TOP)]
        if 'PYTHONPATH' in given:
            path.append(given['PYTHONPATH'])
        quiet = {'OS_STDOUT_CAPTURE': '1', 'OS_STDERR_CAPTURE': '1',
                 'OS_TEST_TIMEOUT': '400', 'LC_ALL': 'C.UTF-8'}
        if self.shuffle is not None:
            # stestr deals a set of ids to its workers.
            more = {**more, SHUFFLE: str(self.shuffle),
                    'PYTHONHASHSEED': str(self.shuffle)}
        return {**quiet, **given, 'PYTHONPATH': os.pathsep.join(path),
                MODE: self.mode, **more}

    def command(self, *arguments):
        """Return the command line of one stestr command."""
        folder = TOP.joinpath(*self.package.split('.'))
        grouping = ('--group-regex', self.group_regex) if self.group_regex \
            else ()
        return [sys.executable, '-m', 'stestr', '--top-dir', str(TOP),
                '--test-path', str(folder), *grouping, *arguments]


def list_ids(suite, state):
    """Return the ids of all tests of the suite, sorted, each once.

    ``state``: an empty directory, where stestr makes its repository.
    """
    for step in ('init', 'list'):
        answer = subprocess.run(
            suite.command(step), cwd=state, env=suite.environment(os.environ),
            capture_output=True, text=True)
        if answer.returncode:
            raise ListingFailed(f'{suite.package} could not be listed:\n'
                                f'{answer.stdout}{answer.stderr}')
    return sorted(set(answer.stdout.splitlines()))


def run(suite, state, test_ids, *, concurrency, environment=os.environ):
    """Run these tests; return stestr's exit status.

    stestr prints each test as it ends, and its totals last. ``state``: the
    directory that ``list_ids`` had. ``environment``: of the workers.
    """
    wanted = state / 'wanted.txt'
    wanted.write_text(''.join(f'{name}\n' for name in test_ids))
    modules = state / 'modules.txt'
    modules.write_text(''.join(f'{name}\n' for name in _modules(test_ids)))
    command = suite.command('run', '--load-list', str(wanted),
                            '--concurrency', str(concurrency))
    return subprocess.run(
        command, cwd=state,
        env=suite.environment(environment, **{MODULES: str(modules)})
    ).returncode


def wanted_modules():
    """Return the modules that this worker needs, or None for all of them."""
    if MODULES not in os.environ:
        return None
    return pathlib.Path(os.environ[MODULES]).read_text().split()


def _modules(test_ids):
    return sorted({name.partition('(')[0].rsplit('.', 2)[0]
                   for name in test_ids})
