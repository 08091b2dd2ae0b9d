# SPDX-License-Identifier: Apache-2.0
"""What a local cluster consists of: a value, kept beside its data."""

import dataclasses
import ipaddress
import json
import pathlib
import re

from cassandra_scheduler import testbed
from cassandra_scheduler.testbed import folders

_FILE = 'cluster.json'
_NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9_-]{0,47}')
_HEAP = re.compile(r'[1-9][0-9]*[MG]')
# 7000 beside the usual 9042. Storage ports move with the native port, so
# clusters that differ only in their port do not collide.
STORAGE_BELOW_NATIVE = 2042


@dataclasses.dataclass(frozen=True)
class ClusterPlan:
    """What a local cluster consists of.

    name            names the cluster, its folder and Cassandra's cluster name
    nodes           1 or 3
    heap            Java heap of each node, as '768M' or '1G'
    address         of the first node; the others follow it. Empty: 127.0.0.1
                    for one node, 127.0.0.11 for three
    port            native protocol (CQL) port of every node
    storage_port    port between the nodes; 0: 2042 below ``port``
    authentication  clients give a password; the first superuser is cassandra
                    with the password cassandra
    tls             clients must use TLS
    settings        lines of cassandra.yaml that replace ours
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
        """Raise TestbedError, which names the field, if one is wrong."""
        if not _NAME.fullmatch(self.name):
            _refuse('name', self.name, 'letters, digits, - and _, at most 48')
        if self.nodes not in (1, 3):
            _refuse('nodes', self.nodes, '1 or 3')
        if not _HEAP.fullmatch(self.heap):
            _refuse('heap', self.heap, "a size such as '768M' or '1G'")
        for field, port in (('port', self.port),
                            ('storage_port', self.internode_port)):
            if not 1 <= port <= 65535:
                _refuse(field, port, '1 to 65535')
        try:
            loopback = all(ipaddress.IPv4Address(address).is_loopback
                           for address in self.addresses)
        except ValueError:
            loopback = False
        # Without a password, everybody who reaches a node may do anything.
        if not loopback:
            _refuse('address', self.address, 'one that starts with 127')

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return one address for each node, that of the first node first."""
        usual = '127.0.0.1' if self.nodes == 1 else '127.0.0.11'
        first = ipaddress.IPv4Address(self.address or usual)
        return tuple(str(first + i) for i in range(self.nodes))

    @property
    def internode_port(self) -> int:
        """Return the port where the nodes listen for each other."""
        return self.storage_port or self.port - STORAGE_BELOW_NATIVE

    @property
    def folder(self) -> pathlib.Path:
        """Return the folder that holds all files of this cluster."""
        return folders.clusters() / self.name

    def node_folder(self, number: int) -> pathlib.Path:
        """Return the folder of one node; the first node has number 1."""
        return self.folder / f'node{number}'

    def write(self) -> None:
        """Write this plan to the cluster's folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / (_FILE + '.part')
        draft.write_text(json.dumps(dataclasses.asdict(self), indent=2))
        draft.replace(self.folder / _FILE)


def find(name: str) -> ClusterPlan | None:
    """Return the plan that was written under this name, or None.

    Raises TestbedError if the file does not hold a plan.
    """
    path = folders.clusters() / name / _FILE
    try:
        return ClusterPlan(**json.loads(path.read_text()))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, TypeError) as error:
        raise testbed.TestbedError(
            f'{path} cannot be read ({error}): remove the folder '
            f'{path.parent} to start again')


def names() -> list[str]:
    """Return the names of all clusters that have a plan, sorted."""
    return sorted(path.parent.name
                  for path in folders.clusters().glob('*/' + _FILE))


def _refuse(field, value, allowed):
    raise testbed.TestbedError(
        f'a local cluster cannot have {field} {value!r}: give {allowed}')
