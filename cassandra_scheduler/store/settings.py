# SPDX-License-Identifier: Apache-2.0
"""Where Cassandra is and how to connect to it, as one frozen value."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """The ``[cassandra]`` options; times in seconds.

    ``cloud`` is the namespace in every partition key: several clouds, or
    many tests, may share one keyspace. ``replication`` maps a datacenter to
    its number of copies.
    """
    contact_points: tuple[str, ...] = ('127.0.0.1',)
    port: int = 9042
    local_datacenter: str = 'datacenter1'
    keyspace: str = 'cassandra_scheduler'
    replication: tuple[tuple[str, int], ...] = (('datacenter1', 1),)
    cloud: str = 'default'
    username: str | None = None
    password: str | None = dataclasses.field(default=None, repr=False)
    ssl_ca_file: str | None = None
    ssl_cert_file: str | None = None
    ssl_key_file: str | None = None
    ssl_verify_hostname: bool = True
    read_consistency: str = 'LOCAL_QUORUM'
    candidate_consistency: str = 'LOCAL_ONE'
    serial_consistency: str = 'LOCAL_SERIAL'
    connect_timeout: float = 5.0
    request_timeout: float = 10.0
    clock_tolerance: float = 5.0

    @property
    def address(self) -> str:
        """Return the contact points for a message: host:port, host:port."""
        return ', '.join(f'{host}:{self.port}'
                         for host in self.contact_points)

    def connection(self) -> 'Settings':
        """Return these settings without the cloud: the key of a session."""
        return dataclasses.replace(self, cloud='')
