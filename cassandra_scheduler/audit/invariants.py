# SPDX-License-Identifier: Apache-2.0
"""All that must be true of a cloud, as one list of what is not.

For tests: nothing is written.
"""

from cassandra_scheduler.audit import running


def violations(store, *, older_than_s=0, pause_s=0):
    """Return the Findings on the cloud of a Store; warnings are among them.

    As it stands, for a cloud where nobody is at work. With others at work,
    give the seconds for which a claim or a locator may be under way, and
    the seconds between two looks; see ``running``. Reads everything.
    """
    report = running.Audit(store, older_than_s=older_than_s,
                           pause_s=pause_s).run()
    return list(report.left)
