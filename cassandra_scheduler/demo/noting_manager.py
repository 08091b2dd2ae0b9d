# SPDX-License-Identifier: Apache-2.0
"""The demo's schedulers: this project's, which also write notes.

Nova does not say how a server was placed. So each decision of a scheduler is
appended to a file, a line of JSON for each request, and the demo shows it.
"""

import json
import pathlib

from nova import conf as nova_conf

from cassandra_scheduler.demo import decisions
from cassandra_scheduler.driver import decision_log
from cassandra_scheduler.driver import manager
from cassandra_scheduler.model import capacity


class NotingSchedulerManager(manager.CassandraSchedulerManager):
    """Schedules as its parent class does, and writes down the result."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.decision_log = _Notebook(self.host)


class _Notebook(decision_log.DecisionLog):
    """Also appends each decision to a file.

    ``scheduler``: the name of the scheduler that decides.
    """

    def __init__(self, scheduler):
        self._scheduler = scheduler

    def write(self, result):
        """Log the result and append it to the file."""
        super().write(result)
        transcript = result.transcript
        claimed_in = sum(step.seconds for step in transcript.steps
                         if step.name == 'claim')
        note = {'scheduler': self._scheduler, 'why': result.reason,
                'request': transcript.request_id,
                'writes': transcript.conditional_writes,
                'claim_ms': claimed_in * 1000 / max(1, len(result.placements)),
                'places': [_placement(placement)
                           for placement in result.placements]}
        folder = pathlib.Path(nova_conf.CONF.state_path)
        # One short line is one write, so lines of two schedulers do not mix.
        with (folder / decisions.NOTES).open('a') as file:
            file.write(json.dumps(note) + '\n')


def _placement(placement):
    """Return a Placement as JSON: what it took, what was free after it."""
    tree, taken = placement.candidate.tree, {}
    if placement.allocation is not None:
        for (_provider, name), units in placement.allocation.amounts.items():
            taken[name] = taken.get(name, 0) + units
    return {'server': placement.consumer.uuid, 'taken': taken,
            'free': {name: capacity.room(
                inventory, tree.units_used(tree.root.uuid, name))
                for name, inventory in tree.root.inventories.items()}}
