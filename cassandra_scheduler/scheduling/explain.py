# SPDX-License-Identifier: Apache-2.0
"""Says why no host was found, from a bounded sample.

This text goes to the log only (driver.decision_log). A user sees Nova's own,
from ``_ensure_sufficient_hosts`` of Nova's scheduler manager.

Only a request that has failed pays for this. The sample is read without the
restrictions of the request; then each restriction is counted by itself. What
Nova's filters refused was counted while they ran.
"""

from collections.abc import Mapping
from typing import Any

from cassandra_scheduler.model import errors
from cassandra_scheduler.model import resource_request as request_model
from cassandra_scheduler.model import restriction as restriction_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.scheduling import candidate_source
from cassandra_scheduler.scheduling import placement_request
from cassandra_scheduler.scheduling import sharing as sharing_trees
from cassandra_scheduler.scheduling import transcript
from cassandra_scheduler.store import tree_codec


def explain(request: placement_request.PlacementRequest, *,
            context: candidate_source.SchedulingContext,
            notes: transcript.Notes) -> str:
    """Return one line: what refused how many of how many trees.

    Reads at most ``options.max_sample`` rows. Never raises what the store
    raises: the request is answered already, only the reason is missing.
    """
    try:
        with notes.step('explain') as out:
            counted, looked_at = _counted(request, context=context,
                                          notes=notes)
            out(looked_at)
    except errors.SchedulerError as exc:
        return f'the reason could not be looked up: {exc}'
    if not looked_at:
        return ('the cloud has no tree of type '
                f'{context.resource_type.name!r}')
    parts = [f'{source} {count} of {looked_at}'
             for source, count in sorted(counted.items(),
                                         key=lambda item: -item[1])]
    judged = sum(step.came_in for step in notes.transcript.steps
                 if step.name in ('filter', 'judge again'))
    # Its restriction may be in ``counted``: count no filter twice.
    parts += [f'{name} {count} of {judged}'
              for name, count in notes.transcript.refusals
              if name not in counted]
    return ', '.join(parts) or (
        f'none of {looked_at} had room at the moment of the claim')


def _counted(request: placement_request.PlacementRequest, *,
             context: candidate_source.SchedulingContext,
             notes: transcript.Notes) -> tuple[dict[str, int], int]:
    """Return (source -> trees it refuses, trees looked at)."""
    page = context.store.query.read(
        (restriction_model.Restriction('resource_type', '=',
                                       context.resource_type.name),),
        limit=context.options.max_sample)
    sharing = context.sharing.trees()
    notes.rows(page.rows_read + len(sharing))
    variant = (request.variants or (request_model.ResourceRequest(),))[0]
    asked = candidate_source.restrictions(
        request, variant, context=context,
        shared_classes=sharing_trees.classes(sharing))
    counted: dict[str, int] = {}
    left = []
    for tree in page.trees:
        values = {**context.base_type.searchable(tree),
                  **context.resource_type.searchable(tree),
                  'resource_type': tree.resource_type,
                  **_heartbeat(tree.heartbeat)}
        refusing = {restriction.source for restriction in asked
                    if not holds(restriction, values)}
        for source in refusing:
            counted[source] = counted.get(source, 0) + 1
        if not refusing:
            left.append(tree)
    if left and request.variants:
        served = {tree_id for each in request.variants for tree_id in
                  context.search(each, left, sharing=sharing)}
        if len(served) < len(left):
            counted['allocation candidates'] = len(left) - len(served)
    return counted, len(page.trees)


def _heartbeat(heartbeat: tree_model.Heartbeat) -> dict[str, object]:
    return {'last_seen': tree_codec.moment(heartbeat.last_seen_ms),
            'service_disabled': heartbeat.disabled,
            'forced_down': heartbeat.forced_down}


def holds(restriction: restriction_model.Restriction,
          values: Mapping[str, Any]) -> bool:
    """Return whether a row with these columns satisfies a restriction."""
    value = values.get(restriction.column)
    if value is None:
        return False
    if restriction.operator == 'CONTAINS':
        return restriction.value in value
    if restriction.operator == 'IN':
        return bool(value in restriction.value)
    if restriction.operator == '>=':
        return bool(value >= restriction.value)
    if restriction.operator == '<=':
        return bool(value <= restriction.value)
    return bool(value == restriction.value)
