# SPDX-License-Identifier: Apache-2.0
"""Stub services: a Glance, a Neutron and a Keystone that Nova can work with.

WSGI applications with the part of each API that servers without a network
need: one image, no networks, and a token for everybody. A token is
``user:project``; nothing checks it. Everybody who reaches the loopback
interface may act as any user, so this is for tests and demos only.
"""

import json

#: The token of the administrator.
ADMIN_TOKEN = 'admin:demo'
ADMIN, _, PROJECT = ADMIN_TOKEN.partition(':')

IMAGE = {
    'id': '5bb0c1de-6a0f-4a58-9a2e-0d5e4bbd3c11', 'name': 'tiny',
    'status': 'active', 'visibility': 'public', 'protected': False,
    'container_format': 'bare', 'disk_format': 'raw', 'size': 1048576,
    'min_ram': 0, 'min_disk': 0, 'tags': [],
    'owner': 'demo', 'os_hidden': False,
    'created_at': '2026-01-01T00:00:00Z',
    'updated_at': '2026-01-01T00:00:00Z',
    'schema': '/v2/schemas/image',
    'self': '/v2/images/5bb0c1de-6a0f-4a58-9a2e-0d5e4bbd3c11',
    'file': '/v2/images/5bb0c1de-6a0f-4a58-9a2e-0d5e4bbd3c11/file'}


def glance(environ, start_response):
    """Answer as a Glance with one image."""
    path = environ['PATH_INFO'].rstrip('/')
    if path in ('', '/versions'):
        return _answer(start_response, {'versions': [_version(
            environ, 'v2.9', '/v2/')]})
    if path == '/v2/images':
        return _answer(start_response, {
            'images': [IMAGE], 'first': path, 'schema': '/v2/schemas/images'})
    if path == '/v2/schemas/image':
        return _answer(start_response, {
            'name': 'image', 'properties': {name: {} for name in IMAGE},
            'additionalProperties': {'type': 'string'}})
    if path == IMAGE['self']:
        return _answer(start_response, IMAGE)
    return _answer(start_response, {'message': 'there is only one image'},
                   status='404 Not Found')


def neutron(environ, start_response):
    """Answer as a Neutron without networks and extensions."""
    path = environ['PATH_INFO'].rstrip('/')
    parts = path.removesuffix('.json').split('/')[1:]
    if path == '':
        return _answer(start_response, {'versions': [_version(
            environ, 'v2.0', '/v2.0/')]})
    if parts[0] == 'v2.0' and len(parts) == 2:
        return _answer(start_response, {parts[1].replace('-', '_'): []})
    return _answer(start_response, {'NeutronError': {
        'type': 'NotFound', 'message': 'there are no networks here',
        'detail': ''}}, status='404 Not Found')


def keystone(endpoints):
    """Return an application that answers as a Keystone with a catalog.

    ``endpoints``: service type -> URL. Everybody gets the same token.
    """
    def answer(environ, start_response):
        path = environ['PATH_INFO'].rstrip('/')
        if path in ('', '/v3'):
            version = _version(environ, 'v3.14', '/v3/', status='stable')
            return _answer(start_response, {'version': version} if path else
                           {'versions': {'values': [version]}})
        if path == '/v3/auth/tokens':
            return _answer(
                start_response, {'token': _token(environ, endpoints)},
                status='201 Created',
                headers=[('X-Subject-Token', ADMIN_TOKEN)])
        return _answer(start_response, {'error': {
            'code': 404, 'title': 'Not Found',
            'message': 'this Keystone only gives tokens'}},
            status='404 Not Found')
    return answer


def _token(environ, endpoints):
    domain = {'id': 'default', 'name': 'Default'}
    urls = {'identity': f'http://{environ["HTTP_HOST"]}/v3',
            **endpoints}
    return {
        'methods': ['password'], 'roles': [{'id': 'admin', 'name': 'admin'}],
        'user': {'id': ADMIN, 'name': ADMIN, 'domain': domain},
        'project': {'id': PROJECT, 'name': PROJECT, 'domain': domain},
        'issued_at': '2026-01-01T00:00:00.000000Z',
        'expires_at': '2126-01-01T00:00:00.000000Z',
        'catalog': [
            {'id': service, 'type': service, 'name': service, 'endpoints': [
                {'id': service, 'interface': 'public', 'url': url,
                 'region': 'demo', 'region_id': 'demo'}]}
            for service, url in urls.items()]}


def _version(environ, version, path, *, status='CURRENT'):
    href = f'http://{environ["HTTP_HOST"]}{path}'
    return {'id': version, 'status': status,
            'links': [{'rel': 'self', 'href': href}]}


def _answer(start_response, content, *, status='200 OK', headers=()):
    body = json.dumps(content).encode()
    start_response(status, [('Content-Type', 'application/json'),
                            ('Content-Length', str(len(body))), *headers])
    return [body]


def token_filter(global_conf, **local_conf):
    """Return a filter for Paste, in the place of keystonemiddleware's."""
    return _accept_tokens


def _accept_tokens(application):
    def accept(environ, start_response):
        token = environ.get('HTTP_X_AUTH_TOKEN')
        if not token:
            start_response('401 Unauthorized',
                           [('Content-Type', 'text/plain')])
            return [b'Give an X-Auth-Token of the form user:project.\n']
        user, _, project = token.partition(':')
        environ.update(
            HTTP_X_IDENTITY_STATUS='Confirmed', HTTP_X_USER_ID=user,
            HTTP_X_PROJECT_ID=project or user,
            HTTP_X_ROLES='admin,member,reader' if user == ADMIN
            else 'member,reader')
        return application(environ, start_response)
    return accept
