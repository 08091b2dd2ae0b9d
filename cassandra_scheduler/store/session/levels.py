# SPDX-License-Identifier: Apache-2.0
"""The four ways to ask Cassandra, each with a consistency level of its own.

========== ========================== ======================================
way        option of [cassandra]      used for
========== ========================== ======================================
READ       read_consistency           reads that must see what was written
                                      a moment ago
CANDIDATES candidate_consistency      the query for candidate hosts. It may
                                      be stale: the claim checks each host
                                      again, and a request that found no host
                                      reads once more at READ
SERIAL     serial_consistency         reads that must see each conditional
                                      write, also one whose answer was lost
WRITE      read_consistency           all writes, the heartbeat included; the
                                      condition of a write is decided at
                                      serial_consistency
========== ========================== ======================================

SERIAL means the configured level: LOCAL_SERIAL, unless the operator says
otherwise.
"""

READ, CANDIDATES, SERIAL, WRITE = 'read', 'candidates', 'serial', 'write'
