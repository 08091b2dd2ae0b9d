# SPDX-License-Identifier: Apache-2.0
"""The four ways to ask Cassandra, each with a consistency level of its own.

========== ========================== ======================================
way        option of [cassandra]      used for
========== ========================== ======================================
READ       read_consistency           reads that must see what was written
                                      a moment ago
CANDIDATES candidate_consistency      the query for candidate hosts, which
                                      may be stale, because the claim checks
                                      again
SERIAL     serial_consistency         reads that must see each conditional
                                      write, also one whose answer was lost
WRITE      read_consistency; the      all writes, the heartbeat included
           condition of a write is
           decided at
           serial_consistency
========== ========================== ======================================
"""

READ, CANDIDATES, SERIAL, WRITE = 'read', 'candidates', 'serial', 'write'
