# SPDX-License-Identifier: Apache-2.0
"""The devstack plugin, phase by phase, in a folder instead of on a machine.

Everybody has the form on stand-ins (``stand_ins.sh``). The other form takes
devstack's own functions from a checkout of it, whose folder is
$CASSANDRA_SCHEDULER_TEST_DEVSTACK.
"""
