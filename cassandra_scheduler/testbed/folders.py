# SPDX-License-Identifier: Apache-2.0
"""The folders of this project below the home folder of the user."""

import pathlib

import platformdirs

_APPLICATION = 'cassandra-scheduler'


def cache() -> pathlib.Path:
    """Return the folder of what can be downloaded again."""
    return platformdirs.user_cache_path(_APPLICATION)


def clusters() -> pathlib.Path:
    """Return the folder that holds one folder for each local cluster."""
    return platformdirs.user_state_path(_APPLICATION) / 'local'


def demos() -> pathlib.Path:
    """Return the folder that holds one folder for each run of the demo."""
    return platformdirs.user_state_path(_APPLICATION) / 'demo'
