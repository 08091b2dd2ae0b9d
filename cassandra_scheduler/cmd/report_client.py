# SPDX-License-Identifier: Apache-2.0
"""Nova's report client, which reaches the Placement API without HTTP.

It imports Nova, so import it only after launching has begun.
"""

import nova.conf
from nova.scheduler.client import report

from cassandra_scheduler.placement_api.http import in_process


class InProcessReportClient(report.SchedulerReportClient):
    """Nova's own client of the Placement API in this process."""

    def __init__(self, adapter=None):
        super().__init__(adapter or in_process.adapter(nova.conf.CONF))


def use_in_process():
    """Make every report client of this process an InProcessReportClient.

    Nova looks the class up in one module, both for the client of a compute
    manager and for the client that the rest of a process shares.
    """
    report.SchedulerReportClient = InProcessReportClient
