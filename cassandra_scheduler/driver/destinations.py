# SPDX-License-Identifier: Apache-2.0
"""Hosts that a request names: requested, ignored, forced.

Stands for the part of HostManager.get_filtered_hosts before the filters. As
with Nova, a requested destination and forced nodes match exactly, and ignored
and forced hosts match without regard to case.
"""


def allowed(views, spec):
    """Return the HostStateViews that the request's names allow."""
    destination = spec.requested_destination
    if destination is not None and 'host' in destination:
        node = destination.node if 'node' in destination else None
        views = [view for view in views if view.host == destination.host and
                 (not node or view.nodename == node)]
    ignored = _lowered(spec.ignore_hosts)
    forced = _lowered(spec.force_hosts)
    nodes = spec.force_nodes or ()
    return [view for view in views
            if view.host.lower() not in ignored and
            (not forced or view.host.lower() in forced) and
            (not nodes or view.nodename in nodes)]


def skips_filters(spec):
    """Return whether hosts are forced, so that no filter runs.

    Nova names a host the same way when it only checks it, as for a rebuild.
    Then the filters run.
    """
    hints = spec.scheduler_hints if 'scheduler_hints' in spec else None
    checked = bool(hints) and bool(hints.get('_nova_check_type'))
    return not checked and bool(spec.force_hosts or spec.force_nodes)


def only_cell(spec):
    """Return the uuid of the one cell the request must stay in, or None."""
    destination = spec.requested_destination
    if destination is None or 'cell' not in destination or (
            not destination.cell):
        return None
    return (None if destination.allow_cross_cell_move
            else destination.cell.uuid)


def _lowered(names):
    return {name.lower() for name in names or ()}
