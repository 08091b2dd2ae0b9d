# SPDX-License-Identifier: Apache-2.0
"""Where jars are cached and where clusters keep their data."""

import pathlib

import platformdirs

_APPLICATION = 'cassandra-scheduler'


def cache() -> pathlib.Path:
    """Return the folder of what can be downloaded again."""
    return platformdirs.user_cache_path(_APPLICATION)


def clusters() -> pathlib.Path:
    """Return the folder that holds one folder per local cluster."""
    return platformdirs.user_state_path(_APPLICATION) / 'local'
