# SPDX-License-Identifier: Apache-2.0
"""Two benchmarks: of the scheduler, and of the Placement API.

Promises: ``scheduler_bench`` writes a fleet of any size into a real Cassandra
and measures the scheduler's own path over it, and in the same run the bare
conditional batch. ``placement_bench`` runs upstream's load tests against our
Placement API and upstream's: same clouds, same requests, same WSGI server, in
turn. Refuses: a verdict in milliseconds, because only ratios are the same on
another machine; a figure when the two APIs find different candidates.
"""
