# SPDX-License-Identifier: Apache-2.0
"""Lets Nova's report client reach the Placement API without HTTP.

Imports Nova, which must not happen before launching has begun.
"""

import nova.conf
from nova.scheduler.client import report

from cassandra_scheduler.placement_api.http import in_process


class InProcessReportClient(report.SchedulerReportClient):
    """Nova's own, over the Placement API in this process."""

    def __init__(self, adapter=None):
        super().__init__(adapter or in_process.adapter(nova.conf.CONF))


def use_in_process():
    """Let every report client that this process makes be one of ours.

    Nova names the class in one place of one module, and looks it up there:
    for the one that a compute manager keeps as well as for the one that the
    rest of a process shares.
    """
    report.SchedulerReportClient = InProcessReportClient
