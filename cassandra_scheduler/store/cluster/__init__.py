# SPDX-License-Identifier: Apache-2.0
"""Checks whether services can work with a Cassandra cluster.

Checks versions, settings and clocks. ``facts`` only reads; ``fitness`` and
``advice`` only judge what was read. A failure of ``fitness`` stops a service
at its start. Warnings are for the status command alone. Read ``fitness``
next.
"""
