# SPDX-License-Identifier: Apache-2.0
"""The request context that upstream's search is given."""

import functools

from oslo_config import cfg
from placement.conf import placement
from placement.conf import workarounds


class _Names:
    """A cache of names; the id of a name is the name itself."""

    @staticmethod
    def id_from_string(name):
        return name

    @staticmethod
    def string_from_id(name):
        return name


class SearchContext:
    """Carries a mini-cloud through upstream's search.

    ``config``: Placement's options, by default upstream's defaults. Names
    are not checked: an unknown trait is simply not found.
    """
    rc_cache = trait_cache = ct_cache = _Names()

    def __init__(self, mini_cloud, *, config=None):
        self.mini_cloud = mini_cloud
        self.config = config or default_config()


@functools.lru_cache(maxsize=None)
def default_config():
    """Return Placement's options at their defaults; no file is read."""
    conf = cfg.ConfigOpts()
    placement.register_opts(conf)
    workarounds.register_opts(conf)
    conf([], project='placement', default_config_files=[],
         default_config_dirs=[], use_env=False)
    return conf
