# SPDX-License-Identifier: Apache-2.0
"""Writes each decision of a scheduler to its log."""

from oslo_log import log as logging

LOG = logging.getLogger(__name__)


class DecisionLog:
    """Logs what was done for a request.

    If decisions must go elsewhere too, give the manager a subclass of this
    as its ``decision_log``.
    """

    def write(self, result):
        """Log the transcript of a scheduling Result, and its refusal."""
        LOG.debug('Request %(request)s: %(transcript)s',
                  {'request': result.transcript.request_id,
                   'transcript': result.transcript})
        if result.reason is not None:
            LOG.warning('No valid host: %s', result.reason)
