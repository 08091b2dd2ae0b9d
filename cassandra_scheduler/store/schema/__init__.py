# SPDX-License-Identifier: Apache-2.0
"""The versioned schema: ``sync`` brings a keyspace up, ``check`` rejects.

``versions/`` has the steps to the newest schema, CREATE and ALTER only.
Columns of resource types are not there: ``sync`` adds what the installed
types declare.
"""
