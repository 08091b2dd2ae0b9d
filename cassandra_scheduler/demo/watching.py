# SPDX-License-Identifier: Apache-2.0
"""The demo's schedulers: this project's, with somebody who takes notes.

What a scheduler decides is appended to a file, a line of JSON for each
request, for the screen to show: Nova itself does not tell how a server was
placed.
"""

import json
import pathlib

from nova import conf as nova_conf

from cassandra_scheduler.demo import decisions
from cassandra_scheduler.driver import manager
from cassandra_scheduler.model import capacity


class WatchedSchedulerManager(manager.CassandraSchedulerManager):
    """Schedules as its parent does, and writes down what came of it."""

    def _tell(self, placed):
        super()._tell(placed)
        transcript = placed.transcript
        claimed_in = sum(step.seconds for step in transcript.steps
                         if step.name == 'claim')
        note = {'scheduler': self.host, 'why': placed.reason,
                'request': transcript.request_id,
                'writes': transcript.conditional_writes,
                'claim_ms': claimed_in * 1000 / max(1, len(placed.placements)),
                'places': [_place(place) for place in placed.placements]}
        folder = pathlib.Path(nova_conf.CONF.state_path)
        # One write of one short line: lines of two schedulers do not mix.
        with (folder / decisions.NOTES).open('a') as file:
            file.write(json.dumps(note) + '\n')


def _place(place):
    """Return a Place as JSON: what was free after the claim, and taken."""
    tree, taken = place.candidate.tree, {}
    if place.allocation is not None:
        for (_provider, name), units in place.allocation.amounts.items():
            taken[name] = taken.get(name, 0) + units
    return {'server': place.consumer.uuid, 'taken': taken,
            'free': {name: capacity.room(
                inventory, tree.units_used(tree.root.uuid, name))
                for name, inventory in tree.root.inventories.items()}}
