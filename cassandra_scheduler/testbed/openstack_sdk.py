# SPDX-License-Identifier: Apache-2.0
"""Connects openstacksdk to a cloud, and turns its errors into ours."""

import contextlib

from cassandra_scheduler.model import errors


def connect(environment):
    """Return a Connection for the variables of the openstack command.

    ``environment``: OS_AUTH_URL and the like. A variable such as
    OS_COMPUTE_API_VERSION is the microversion of that API.
    """
    # It takes a second, and every command of ours imports this module.
    import openstack

    options = {}
    for variable, value in environment.items():
        name = variable.removeprefix('OS_').lower()
        options[name.replace('_api_version', '_default_microversion')
                if name != 'identity_api_version' else name] = value
    return openstack.connect(load_envvars=False, load_yaml_config=False,
                             **options)


@contextlib.contextmanager
def one_line_errors():
    """Raise SchedulerError in one line where an API refuses a request."""
    import keystoneauth1.exceptions
    import openstack.exceptions

    try:
        yield
    except (openstack.exceptions.SDKException,
            keystoneauth1.exceptions.ClientException) as exc:
        raise errors.SchedulerError(' '.join(str(exc).split())) from None
