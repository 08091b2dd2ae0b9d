# SPDX-License-Identifier: Apache-2.0
"""What a WSGI server loads: ``cassandra_scheduler.placement_api.wsgi``.

Like upstream's ``placement.wsgi.api``: importing this module reads
placement.conf. Each worker connects by itself, at its first request.
"""

import sys

from cassandra_scheduler.model import errors
from cassandra_scheduler.placement_api.http import serving

#: With this status a worker tells its master, uwsgi or else gunicorn, not to
#: start another one, because that would fail alike.
GIVE_UP = 22 if 'uwsgi' in sys.modules else 4

try:
    application, _config = serving.application()
except errors.SchedulerError as exc:
    print(f'cassandra-placement-api: {exc}', file=sys.stderr, flush=True)
    sys.exit(GIVE_UP)
except SystemExit:
    # oslo.config has said which value cannot be, and left the line open.
    print(file=sys.stderr, flush=True)
    sys.exit(GIVE_UP)
