# SPDX-License-Identifier: Apache-2.0
"""Nova's ImagePropertiesWeigher, over what the hosts have counted.

Nova's own weigher reads the system metadata of every instance of every
candidate from the databases of the cells. Ours reads the reports: each host
counts its instances by image property, and a claim says what it adds.
"""

import collections

import nova.conf
from nova.scheduler.weights import image_props

CONF = nova.conf.CONF

#: What a claim keeps in its usage, as [name, value] pairs.
USAGE = 'image_properties'


class ImagePropertiesWeigher(image_props.ImagePropertiesWeigher):
    """Weighs as Nova's, by HostStateView.image_properties.

    It has the name of Nova's weigher, because the log shows that name.
    """

    def _weigh_object(self, host_state, request_spec):
        if CONF.filter_scheduler.image_props_weight_multiplier == 0.0:
            return 0.0
        counts = host_state.image_properties
        # Without any setting all properties weigh the same.
        return sum((self.setting.get(name, 0.0) if self.setting else 1.0) *
                   counts.get((name, value), 0)
                   for name, value in pairs(request_spec))


def instead_of(weigher_class):
    """Return the class to use for a weigher class from nova.conf."""
    if weigher_class is image_props.ImagePropertiesWeigher:
        return ImagePropertiesWeigher
    return weigher_class


def pairs(spec):
    """Return the (name, value) pairs of a request's image, as texts."""
    image = spec.image if 'image' in spec else None
    if not image or 'properties' not in image:
        return frozenset()
    return frozenset((name, str(value)) for name, value in
                     image.properties.to_dict().items())


def of_request(spec):
    """Return what the usage of a Pending says of a request's image.

    Empty if the weigher is off, because it takes time to find out.
    """
    if CONF.filter_scheduler.image_props_weight_multiplier == 0.0:
        return {}
    found = sorted(map(list, pairs(spec)))
    return {USAGE: found} if found else {}


def counted(reported, pendings):
    """Return (name, value) -> how many servers have it, claims included.

    ``reported``: name -> value -> how many, see HostReport.
    """
    counts = collections.Counter()
    for name, values in reported.items():
        for value, count in values.items():
            counts[name, value] += count
    for pending in pendings:
        counts.update(map(tuple, pending.usage.get(USAGE, ())))
    return counts
