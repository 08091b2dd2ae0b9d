# SPDX-License-Identifier: Apache-2.0
"""Finds Cassandra's jars in an unpacked Cassandra or in Maven Central."""

from collections.abc import Callable
import dataclasses
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from cassandra_scheduler import testbed
from cassandra_scheduler.testbed import folders

VERSION = '5.0.9'
POM = pathlib.Path(__file__).with_name('pom.xml')
#: Every jar that Maven brings, with its SHA-256, as sha256sum prints it.
SUMS = pathlib.Path(__file__).with_name('jars.sha256')
_SERVER = re.compile(r'(?:apache-cassandra|cassandra-all)-(\d+)\.(\S+)\.jar')
_OLDEST = 5


@dataclasses.dataclass(frozen=True)
class Jars:
    """Where the server's jars are.

    ``class_path``: entries of Java's class path, with wildcards. ``agent``:
    the jamm jar, which measures objects for memtables.
    """

    class_path: tuple[str, ...]
    agent: str


def find_or_download(tell: Callable[[str], None]) -> Jars:
    """Return the jars of CASSANDRA_HOME or of the cache, or download them.

    ``tell(text)`` gets what takes long. Raises TestbedError if
    CASSANDRA_HOME holds no Cassandra of a fitting version, if Maven is
    missing, or if the download fails.
    """
    home = os.environ.get('CASSANDRA_HOME')
    if home:
        return _unpacked(pathlib.Path(home))
    folder = folders.cache() / f'cassandra-{VERSION}'
    # The folder gets this name by a rename when it is complete.
    if not folder.is_dir():
        tell(f'downloading Cassandra {VERSION} from Maven Central (70 MB)')
        _download(folder)
    return _jars_in([folder], folder)


def _unpacked(home):
    jars = _jars_in([home / 'lib', home], home)
    found = [name for entry in jars.class_path
             for path in pathlib.Path(entry).parent.glob('*.jar')
             if (name := _SERVER.fullmatch(path.name))]
    if not found:
        raise testbed.TestbedError(
            f'CASSANDRA_HOME={home} holds no apache-cassandra jar: point it '
            'to an unpacked Cassandra, or unset it')
    major, rest = found[0].groups()
    if int(major) < _OLDEST:
        raise testbed.TestbedError(
            f'CASSANDRA_HOME={home} holds Cassandra {major}.{rest}, but 5.0 '
            f'is needed: unset it to download {VERSION}')
    return jars


def _jars_in(places, named):
    agents = [str(path) for place in places
              for path in sorted(place.glob('jamm-*.jar'))]
    if not agents:
        raise testbed.TestbedError(
            f'{named} holds no jamm jar, so it is no complete Cassandra: '
            'remove it, or point CASSANDRA_HOME to an unpacked one')
    return Jars(tuple(str(place / '*') for place in places), agents[0])


def _download(folder):
    maven = shutil.which('mvn')
    if maven is None:
        raise testbed.TestbedError(
            'Cassandra is downloaded with Maven, but no mvn was found: '
            'install it (apt install maven), or set CASSANDRA_HOME to an '
            'unpacked Cassandra')
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
            dir=folder.parent, prefix=folder.name + '.part-') as draft:
        jars = pathlib.Path(draft) / 'jars'
        _copy_dependencies(maven, jars)
        _check_sums(jars)
        try:
            jars.rename(folder)
        except OSError:
            # Another process has downloaded the same in the meantime.
            if not folder.is_dir():
                raise


def _copy_dependencies(maven, jars):
    command = [maven, '--batch-mode', '--quiet', '--file', str(POM),
               '--strict-checksums',
               'dependency:copy-dependencies', '-DincludeScope=runtime',
               f'-DoutputDirectory={jars}']
    done = subprocess.run(command, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    if done.returncode or not list(jars.glob('cassandra-all-*.jar')):
        said = [line for line in (done.stdout + done.stderr).splitlines()
                if 'ERROR' in line]
        raise testbed.TestbedError(
            f'Maven could not download Cassandra {VERSION} '
            f'({said[0] if said else "it gave no reason"}): check the '
            'network and the proxy in ~/.m2/settings.xml')


def _check_sums(folder):
    """Raise TestbedError unless these are the jars that were tested."""
    wanted = {name: digest for digest, name in
              map(str.split, SUMS.read_text().splitlines())}
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
             for path in folder.glob('*.jar')}
    wrong = sorted(name for name in {*wanted, *found}
                   if wanted.get(name) != found.get(name))
    if wrong:
        raise testbed.TestbedError(
            f'Maven brought other jars as Cassandra {VERSION} than expected '
            f'({", ".join(wrong[:3])}): check which repository '
            '~/.m2/settings.xml names, or set CASSANDRA_HOME to an unpacked '
            'Cassandra')
