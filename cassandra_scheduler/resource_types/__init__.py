# SPDX-License-Identifier: Apache-2.0

"""What can be scheduled, one module per type.

Promises: each type names its columns and turns a request into restrictions
that never exclude a host which would do. Refuses: deciding; a restriction
only narrows. Read next: store, which runs the query.
"""
