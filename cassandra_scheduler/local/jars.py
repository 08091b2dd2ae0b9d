# SPDX-License-Identifier: Apache-2.0
"""Finds Cassandra's jars: an unpacked Cassandra's, or Maven Central's."""

from collections.abc import Callable
import dataclasses
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from cassandra_scheduler.local import failures
from cassandra_scheduler.local import folders

VERSION = '5.0.9'
POM = pathlib.Path(__file__).with_name('pom.xml')
#: Every jar that Maven brings, with its SHA-256, as sha256sum prints it.
SUMS = pathlib.Path(__file__).with_name('jars.sha256')
_SERVER = re.compile(r'(?:apache-cassandra|cassandra-all)-(\d+)\.(\S+)\.jar')
_OLDEST = 5


@dataclasses.dataclass(frozen=True)
class Jars:
    """Says where the server's jars are.

    :ivar class_path: entries for Java's class path, wildcards included
    :ivar agent: the jamm jar, which measures objects for memtables
    """

    class_path: tuple[str, ...]
    agent: str


def find_or_download(tell: Callable[[str], None]) -> Jars:
    """Return the jars of CASSANDRA_HOME, else the cached, else download.

    :param tell: is told in a few words what takes long
    :raises LocalClusterError: CASSANDRA_HOME holds no Cassandra of a fitting
        version, Maven is missing, or the download fails
    """
    home = os.environ.get('CASSANDRA_HOME')
    if home:
        return _unpacked(pathlib.Path(home))
    folder = folders.cache() / ('cassandra-' + VERSION)
    # The folder appears under this name by a rename, once it is complete.
    if not folder.is_dir():
        tell('downloading Cassandra %s from Maven Central (70 MB)' % VERSION)
        _download(folder)
    return _jars_in([folder], folder)


def _unpacked(home):
    jars = _jars_in([home / 'lib', home], home)
    found = [name for entry in jars.class_path
             for path in pathlib.Path(entry).parent.glob('*.jar')
             if (name := _SERVER.fullmatch(path.name))]
    if not found:
        raise failures.LocalClusterError(
            'CASSANDRA_HOME=%s holds no apache-cassandra jar: point it to '
            'an unpacked Cassandra, or unset it' % home)
    if int(found[0].group(1)) < _OLDEST:
        raise failures.LocalClusterError(
            'CASSANDRA_HOME=%s holds Cassandra %s.%s, but 5.0 is needed: '
            'unset it to download %s' % (home, *found[0].groups(), VERSION))
    return jars


def _jars_in(places, named):
    agents = [str(path) for place in places
              for path in sorted(place.glob('jamm-*.jar'))]
    if not agents:
        raise failures.LocalClusterError(
            '%s holds no jamm jar, so it is no complete Cassandra: remove '
            'it, or point CASSANDRA_HOME to an unpacked one' % named)
    return Jars(tuple(str(place / '*') for place in places), agents[0])


def _download(folder):
    maven = shutil.which('mvn')
    if maven is None:
        raise failures.LocalClusterError(
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
            # Someone else's download was finished first; theirs is as good.
            if not folder.is_dir():
                raise


def _copy_dependencies(maven, jars):
    command = [maven, '--batch-mode', '--quiet', '--file', str(POM),
               '--strict-checksums',
               'dependency:copy-dependencies', '-DincludeScope=runtime',
               '-DoutputDirectory=%s' % jars]
    done = subprocess.run(command, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    if done.returncode or not list(jars.glob('cassandra-all-*.jar')):
        said = [line for line in (done.stdout + done.stderr).splitlines()
                if 'ERROR' in line]
        raise failures.LocalClusterError(
            'Maven could not download Cassandra %s (%s): check the network '
            'and the proxy in ~/.m2/settings.xml'
            % (VERSION, said[0] if said else 'it gave no reason'))


def _check_sums(folder):
    """Refuse jars that are not those this version was tested with."""
    wanted = {name: digest for digest, name in
              map(str.split, SUMS.read_text().splitlines())}
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
             for path in folder.glob('*.jar')}
    wrong = sorted(name for name in {*wanted, *found}
                   if wanted.get(name) != found.get(name))
    if wrong:
        raise failures.LocalClusterError(
            'What Maven brought as Cassandra %s is not what it should be '
            '(%s): check which repository ~/.m2/settings.xml names, or set '
            'CASSANDRA_HOME to an unpacked Cassandra'
            % (VERSION, ', '.join(wrong[:3])))
