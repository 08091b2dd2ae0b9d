# SPDX-License-Identifier: Apache-2.0
"""What a WSGI server loads: ``cassandra_scheduler.placement_api.wsgi``.

Like upstream's ``placement.wsgi.api``: importing this module reads
placement.conf. Each worker connects by itself, at its first request.
"""

import sys

from cassandra_scheduler.model import errors
from cassandra_scheduler.placement_api import serving

try:
    application, _config = serving.application()
except errors.SchedulerError as exc:
    sys.exit(f'cassandra-placement-api: {exc}')
