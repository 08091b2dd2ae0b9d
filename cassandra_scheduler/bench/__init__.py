# SPDX-License-Identifier: Apache-2.0
"""How fast a placement is, measured end to end and beside its floor.

Promises: a fleet of any size written straight into a real Cassandra, the
scheduler's own path over it, and the bare conditional batch on the same table
in the same run. Refuses: a verdict in milliseconds; only ratios travel from
one machine to another. Read ``fleet`` first, then ``measuring``.
"""
