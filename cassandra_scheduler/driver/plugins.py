# SPDX-License-Identifier: Apache-2.0
"""The filters and weighers that nova.conf enables, from Nova or elsewhere."""

import nova.conf
from nova import exception
from nova.scheduler import filters
from nova.scheduler import weights

from cassandra_scheduler.driver.host import image_weigher

CONF = nova.conf.CONF
_KNOWN = ('nova.', 'cassandra_scheduler.driver.')


class Plugins:
    """One instance of each enabled filter and weigher, made at start.

    Raises SchedulerHostFilterNotFound when an enabled filter is not among
    the available ones. The attributes have the names that Nova's host
    manager gives them.
    """

    def __init__(self):
        options = CONF.filter_scheduler
        self.filter_handler = filters.HostFilterHandler()
        self.filter_cls_map = {
            cls.__name__: cls for cls in
            self.filter_handler.get_matching_classes(
                options.available_filters)}
        unknown = [name for name in options.enabled_filters
                   if name not in self.filter_cls_map]
        if unknown:
            raise exception.SchedulerHostFilterNotFound(
                filter_name=', '.join(unknown))
        self.filter_obj_map = {name: self.filter_cls_map[name]()
                               for name in options.enabled_filters}
        self.enabled_filters = [self.filter_obj_map[name]
                                for name in options.enabled_filters]
        self.weight_handler = weights.HostWeightHandler()
        self.weighers = [image_weigher.instead_of(cls)() for cls in
                         self.weight_handler.get_matching_classes(
                             options.weight_classes)]

    @property
    def foreign(self):
        """Whether any of them is not one of Nova's."""
        return any(not type(plugin).__module__.startswith(_KNOWN)
                   for plugin in (*self.enabled_filters, *self.weighers))
