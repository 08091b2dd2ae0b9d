# SPDX-License-Identifier: Apache-2.0
"""Stands in for Keystone before nova-api: a token is ``user:project``.

Whoever can reach the loopback interface may be anybody; that is right for a
demo and for nothing else.
"""

ADMIN = 'admin:demo'


def filter_factory(global_conf, **local_conf):
    """Return a filter for Paste, in the place of keystonemiddleware's."""
    return _believing


def _believing(application):
    def believe(environ, start_response):
        token = environ.get('HTTP_X_AUTH_TOKEN')
        if not token:
            start_response('401 Unauthorized',
                           [('Content-Type', 'text/plain')])
            return [b'Give an X-Auth-Token of the form user:project.\n']
        user, _, project = token.partition(':')
        environ.update(
            HTTP_X_IDENTITY_STATUS='Confirmed', HTTP_X_USER_ID=user,
            HTTP_X_PROJECT_ID=project or user,
            HTTP_X_ROLES='admin,member,reader' if user == 'admin'
            else 'member,reader')
        return application(environ, start_response)
    return believe
