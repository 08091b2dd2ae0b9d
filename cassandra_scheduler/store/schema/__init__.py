# SPDX-License-Identifier: Apache-2.0
"""The versioned schema: ``sync`` brings a keyspace up, ``check`` refuses.

``schema.cql`` is the newest state in one file; ``versions/`` holds the steps
that lead there, CREATE and ALTER only. Columns of resource types are not in
either: ``sync`` adds what the installed types declare.
"""
