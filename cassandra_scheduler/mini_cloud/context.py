# SPDX-License-Identifier: Apache-2.0
"""What upstream's search takes for a request context."""

import functools

from oslo_config import cfg
from placement.conf import placement
from placement.conf import workarounds


class _Names:
    """A cache of names whose ids are the names themselves."""

    @staticmethod
    def id_from_string(name):
        return name

    @staticmethod
    def string_from_id(name):
        return name


class SearchContext:
    """Carries a mini-cloud through upstream's search.

    ``config`` holds Placement's options; upstream's defaults without it.
    Names are not checked: a trait that nobody has is simply not found.
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
