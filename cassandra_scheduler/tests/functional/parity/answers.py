# SPDX-License-Identifier: Apache-2.0
"""What a scheduler answered, in words that two of them share."""

import dataclasses
import json

from nova import context as nova_context
from oslo_messaging.rpc import dispatcher


#: Of Nova's scheduler, where ours goes on: its weigher by image properties
#: cannot load those of a server that the same request has just placed in a
#: group, because that one is in no database yet.
BUGS = frozenset({'OrphanedObjectError'})


@dataclasses.dataclass
class Answer:
    """``ranks``: for every look at the hosts, name -> weight of those that
    passed. ``chosen``: a list of hosts per server, its alternates last.
    ``error``: the class of the exception that was raised, if one was.
    ``refused``: names of filters that refused a host. ``excusable``: the
    error was about hosts that other filters refuse anyway.
    """
    ranks: list = dataclasses.field(default_factory=list)
    chosen: list = dataclasses.field(default_factory=list)
    error: str | None = None
    message: str | None = None
    refused: list = dataclasses.field(default_factory=list)
    excusable: bool = False

    def text(self):
        """Return one line that ``parse`` understands."""
        return json.dumps(dataclasses.asdict(self))


def parse(line):
    """Return the Answer of one line."""
    return Answer(**json.loads(line))


def ask(scheduler, spec, uuids, ranks):
    """Return the Answer of a scheduler; it fills ``ranks`` meanwhile."""
    context = nova_context.RequestContext('user', spec.project_id,
                                          is_admin=True)
    try:
        found = scheduler.select_destinations(
            context, spec_obj=spec, instance_uuids=uuids,
            return_objects=True, return_alternates=True)
    except dispatcher.ExpectedException as expected:
        return _refused(expected.exc_info[1], ranks)
    except Exception as exc:
        return _refused(exc, ranks)
    return Answer(ranks, [[place.service_host for place in places]
                          for places in found])


def _refused(error, ranks):
    return Answer(ranks, error=type(error).__name__, message=str(error))


def differences(theirs, ours):
    """Return lines that say where two Answers differ.

    A request that was refused says why in other words. And an error about
    hosts that would be refused anyway need not be met here: what the query
    leaves out no filter sees, whichever comes first.
    """
    lines = []
    if theirs.excusable and theirs.error != ours.error or (
            theirs.error in BUGS):
        return lines
    if theirs.error != ours.error:
        lines.append(f'error: {theirs.error} ({theirs.message}), here '
                     f'{ours.error} ({ours.message})')
    # Whether hosts were read at all to find that none passes is no matter.
    looks = [list(filter(None, answer.ranks)) for answer in (theirs, ours)]
    if len(looks[0]) != len(looks[1]):
        lines.append(f'looks at the hosts: {len(looks[0])}, '
                     f'here {len(looks[1])}')
    for number, (one, other) in enumerate(zip(*looks)):
        if set(one) != set(other):
            lines.append(f'look {number}: only there '
                         f'{sorted(set(one) - set(other))}, only here '
                         f'{sorted(set(other) - set(one))}')
        wrong = {host: (one[host], other[host]) for host in
                 set(one) & set(other)
                 if abs(one[host] - other[host]) > 1e-6}
        if wrong:
            lines.append(f'look {number}: weights {wrong}')
    if theirs.chosen != ours.chosen:
        lines.append(f'chosen: {theirs.chosen}, here {ours.chosen}')
    return lines


def by_name(weighed):
    """Sort (weight, name, ...) so that ties have the same order anywhere."""
    return sorted(weighed, key=lambda entry: (-round(entry[0], 6), entry[1]))
