# SPDX-License-Identifier: Apache-2.0
"""The Placement API for a service in the same process, without HTTP.

    Nova's report client --> keystoneauth --> Transport --> WSGI application

Only the last arrow differs from HTTP: session, headers, microversions,
statuses and bodies are the same. Nothing of keystoneauth is changed; the
session of this adapter has this transport and no other.
"""

import functools
import io
import threading

from keystoneauth1 import adapter as ksa_adapter
from keystoneauth1 import noauth
from keystoneauth1 import session as ksa_session
from oslo_config import cfg
from oslo_context import context as oslo_context
import requests
from requests import adapters
from requests import structures
from requests import utils
import webob

from cassandra_scheduler.conf import registration
from cassandra_scheduler.placement_api.http import exchange

#: This name is never resolved; the transport below sends nothing.
URL = 'http://placement.in-process'
#: The client, in the headers of Placement's middleware: Nova's service user.
_IDENTITY = {'X-Auth-Token': 'nova', 'X-Roles': 'admin,service'}


def adapter(conf):
    """Return a keystoneauth Adapter for the Placement API in this process.

    ``conf``: an oslo.config object; its [cassandra] options are read at the
    first request, after any fork. An error status raises nothing, as with
    the adapters that Nova makes.
    """
    session = requests.Session()
    session.trust_env = False
    session.adapters.clear()
    session.mount(URL, Transport(functools.partial(application, conf)))
    return ksa_adapter.Adapter(
        ksa_session.Session(auth=noauth.NoAuth(endpoint=URL),
                            session=session),
        service_type='placement', raise_exc=False)


def application(conf):
    """Return Placement's WSGI application on the store of ``conf``.

    It has the defaults of Placement. No placement.conf and no policy file is
    read, because only this process can send requests.
    """
    exchange.install()
    from placement import conf as placement_conf
    from placement import deploy

    registration.register_opts(conf)
    config = cfg.ConfigOpts()
    placement_conf.register_opts(config)
    config([], project='placement', default_config_files=[],
           default_config_dirs=[])
    config.set_override('auth_strategy', 'noauth2', group='api')
    registration.copy(conf, config)
    return deploy.loadapp(config)


class Transport(adapters.BaseAdapter):
    """Carries requests of the ``requests`` library into an application.

    ``make_application()`` is called once, with the first of them.
    """

    def __init__(self, make_application):
        super().__init__()
        self._make_application = make_application
        self._lock = threading.Lock()
        self._application = None

    def send(self, request, **kwargs):
        """Return the Response to a PreparedRequest."""
        body = request.body or b''
        asked = webob.Request.blank(
            request.path_url, method=request.method, base_url=URL,
            headers={**request.headers, **_IDENTITY},
            body=body.encode() if isinstance(body, str) else body)
        before = oslo_context.get_current()
        try:
            answer = asked.get_response(self._ready())
        finally:
            # Placement has set its own context in this thread. Without this,
            # Nova would log Placement's request id from now on.
            if before is not None:
                before.update_store()
        return _response(request, answer)

    def close(self):
        """Do nothing: the application ends with the process."""

    def _ready(self):
        with self._lock:
            if self._application is None:
                self._application = self._make_application()
            return self._application


def _response(request, answer):
    response = requests.Response()
    response.request, response.url = request, request.url
    response.status_code = answer.status_int
    response.reason = answer.status.partition(' ')[2]
    response.headers = structures.CaseInsensitiveDict(answer.headers)
    response.encoding = utils.get_encoding_from_headers(response.headers)
    response.raw = io.BytesIO(answer.body)
    return response
