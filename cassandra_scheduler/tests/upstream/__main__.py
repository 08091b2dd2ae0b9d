# SPDX-License-Identifier: Apache-2.0
"""The door of ``python -m cassandra_scheduler.tests.upstream``."""

import sys

from cassandra_scheduler.tests.upstream import runner

sys.exit(runner.main())
