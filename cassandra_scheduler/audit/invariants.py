# SPDX-License-Identifier: Apache-2.0
"""Checks all that must be true of a cloud. For tests: writes nothing."""

from cassandra_scheduler.audit import running


def violations(store, *, older_than_s=0, pause_s=0):
    """Return the Findings on the cloud of a Store, also the warnings.

    The defaults are for a cloud where no service works. Otherwise give the
    seconds for which a claim or a lookup row may be under way, and the
    seconds between two looks; see ``running``. Reads everything.
    """
    report = running.CloudAudit(store, older_than_s=older_than_s,
                                pause_s=pause_s).run()
    return list(report.left)
