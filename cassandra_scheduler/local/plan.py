# SPDX-License-Identifier: Apache-2.0
"""What a local cluster shall be: a value, kept beside its data."""

import dataclasses
import ipaddress
import json
import pathlib
import re

from cassandra_scheduler.local import failures
from cassandra_scheduler.local import folders

_FILE = 'cluster.json'
_NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9_-]{0,47}')
_HEAP = re.compile(r'[1-9][0-9]*[MG]')
# 7000 beside the usual 9042. Storage ports move with the native port, so
# clusters that differ in their port alone do not collide.
STORAGE_BELOW_NATIVE = 2042


@dataclasses.dataclass(frozen=True)
class Plan:
    """Says what a local cluster consists of.

    :ivar name: names the cluster, its folder and Cassandra's cluster name
    :ivar nodes: how many nodes, 1 or 3
    :ivar heap: Java heap of each node, as '768M' or '1G'
    :ivar address: address of the first node, the others count on from it;
        empty: 127.0.0.1 for one node, 127.0.0.11 for several
    :ivar port: native protocol (CQL) port of every node
    :ivar storage_port: port between the nodes; 0: 2042 below ``port``
    :ivar authentication: whether clients give a password; the first
        superuser is then cassandra with the password cassandra
    :ivar tls: whether clients must speak TLS
    :ivar settings: lines of cassandra.yaml that replace our own, as JSON
        knows them
    """

    name: str = 'default'
    nodes: int = 1
    heap: str = '1G'
    address: str = ''
    port: int = 9042
    storage_port: int = 0
    authentication: bool = False
    tls: bool = False
    settings: dict = dataclasses.field(default_factory=dict, hash=False)

    def __post_init__(self):
        """Refuse what cannot be started, naming the field.

        :raises LocalClusterError: a field is out of its range
        """
        if not _NAME.fullmatch(self.name):
            _refuse('name', self.name, 'letters, digits, - and _, at most 48')
        if self.nodes not in (1, 3):
            _refuse('nodes', self.nodes, '1 or 3')
        if not _HEAP.fullmatch(self.heap):
            _refuse('heap', self.heap, "a size such as '768M' or '1G'")
        self._check_port('port', self.port)
        self._check_port('storage_port', self.internode_port)
        try:
            loopback = all(map(_is_loopback, self.addresses))
        except ValueError:
            loopback = False
        # Without a password, whoever reaches a node may do as they like.
        if not loopback:
            _refuse('address', self.address, 'one that starts with 127')

    def _check_port(self, field, value):
        if not 1 <= value <= 65535:
            _refuse(field, value, '1 to 65535')

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return one address per node, the first node's first."""
        usual = '127.0.0.1' if self.nodes == 1 else '127.0.0.11'
        first = ipaddress.IPv4Address(self.address or usual)
        return tuple(str(first + i) for i in range(self.nodes))

    @property
    def internode_port(self) -> int:
        """Return the port the nodes listen on for each other."""
        return self.storage_port or self.port - STORAGE_BELOW_NATIVE

    @property
    def folder(self) -> pathlib.Path:
        """Return the folder that holds all files of this cluster."""
        return folders.clusters() / self.name

    def node_folder(self, number: int) -> pathlib.Path:
        """Return the folder of one node; nodes are numbered from 1."""
        return self.folder / ('node%d' % number)

    def write(self) -> None:
        """Keep this plan in the cluster's folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / (_FILE + '.part')
        draft.write_text(json.dumps(dataclasses.asdict(self), indent=2))
        draft.replace(self.folder / _FILE)


def _is_loopback(address):
    return ipaddress.IPv4Address(address).is_loopback


def find(name: str) -> Plan | None:
    """Return the plan kept under this name, or None.

    :raises LocalClusterError: the kept file cannot be read as a plan
    """
    path = folders.clusters() / name / _FILE
    try:
        return Plan(**json.loads(path.read_text()))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, TypeError) as error:
        raise failures.LocalClusterError(
            '%s cannot be read (%s): remove the folder %s to start anew'
            % (path, error, path.parent))


def names() -> list[str]:
    """Return the names of all clusters that left a plan, sorted."""
    return sorted(path.parent.name
                  for path in folders.clusters().glob('*/' + _FILE))


def _refuse(field, value, allowed):
    raise failures.LocalClusterError(
        'a local cluster cannot have %s %r: give %s'
        % (field, value, allowed))
