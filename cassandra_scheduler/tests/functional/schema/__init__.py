# SPDX-License-Identifier: Apache-2.0
"""A keyspace of an older version, and ``db sync``."""
