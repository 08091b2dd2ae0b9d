# SPDX-License-Identifier: Apache-2.0
"""The module that a WSGI server loads.

As with upstream's ``placement.wsgi.api``, the import reads placement.conf.
Each worker connects to Cassandra at its first request.
"""

import sys

from cassandra_scheduler.model import errors
from cassandra_scheduler.placement_api.http import serving

#: With this status a worker tells its master (uwsgi, else gunicorn) not to
#: start another worker, because that one would fail as well.
GIVE_UP = 22 if 'uwsgi' in sys.modules else 4

try:
    application, _config = serving.application()
except errors.SchedulerError as exc:
    print(f'cassandra-placement-api: {exc}', file=sys.stderr, flush=True)
    sys.exit(GIVE_UP)
except SystemExit:
    # oslo.config has printed which value is invalid, without a line end.
    print(file=sys.stderr, flush=True)
    sys.exit(GIVE_UP)
