# SPDX-License-Identifier: Apache-2.0
"""The Placement API without HTTP answers as it does with it."""

import uuid

from oslo_config import cfg
from oslo_context import context as oslo_context
from placement import policy
import requests
import testtools

from cassandra_scheduler.conf import registration
from cassandra_scheduler.placement_api.http import in_process
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import placement_service as service
from cassandra_scheduler.tests.fixtures import wires
from cassandra_scheduler.tests.fixtures import wsgi_server

#: Headers that differ from one answer to the next, or with the server.
_PASSING = {'content-length', 'x-openstack-request-id', 'date', 'server',
            'connection', 'last-modified'}


def said(answer):
    """Return the parts of an answer that must not depend on the transport."""
    headers = {name.lower(): value for name, value in answer.headers.items()
               if name.lower() not in _PASSING}
    headers['location'] = headers.get('location', '').partition('/resource')
    body = answer.json() if answer.content else None
    for error in (body or {}).get('errors', ()):
        error.pop('request_id')
    return answer.status_code, answer.reason, headers['location'][1:], {
        **headers, 'location': None}, body


class TestInProcess(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.addCleanup(policy.reset)
        self.wires = self.useFixture(wires.Wires())

    def client(self):
        """Return an adapter, and the Store of its cloud."""
        cloud = self.useFixture(cassandra.Cloud())
        conf = cfg.ConfigOpts()
        registration.register_opts(conf)
        conf([], default_config_files=[], default_config_dirs=[])
        for name, value in wsgi_server.cassandra_options(
                cloud.settings).items():
            if name == 'contact_points':
                value = value.split(',')
            conf.set_override(name, value, group='cassandra')
        return in_process.adapter(conf), cloud

    def test_answers_equal_those_of_http(self):
        adapter, _cloud = self.client()
        own_cloud = self.useFixture(cassandra.Cloud())
        server = self.useFixture(wsgi_server.WsgiServer(
            wsgi_server.cassandra_options(own_cloud.settings), workers=1))
        provider, consumer = str(uuid.uuid4()), str(uuid.uuid4())
        path = f'/resource_providers/{provider}'

        def inventories(generation, **more):
            return {'resource_provider_generation': generation,
                    'inventories': {'VCPU': {'total': 4, **more}}}

        for method, where, body, version, status in (
                ('GET', '/', None, None, 200),
                ('GET', '/resource_providers', None, '1.39', 200),
                ('GET', '/resource_providers?in_tree=bad', None, '1.39', 400),
                ('GET', path, None, '1.39', 404),
                ('GET', path, None, '1.40', 406),
                ('GET', '/no/such/path', None, '1.39', 404),
                ('POST', '/resource_providers',
                 {'name': 'h\u00f6st', 'uuid': provider}, '1.14', 201),
                ('POST', '/resource_providers',
                 {'name': 'h\u00f6st', 'uuid': provider}, '1.39', 409),
                ('PUT', f'{path}/inventories', inventories(0), '1.39', 200),
                ('PUT', f'{path}/inventories', inventories(0), '1.39', 409),
                ('PUT', f'{path}/inventories', inventories(0), '1.0', 409),
                ('PUT', f'{path}/inventories', inventories(1, oops=1),
                 '1.39', 400),
                ('PUT', f'{path}/traits',
                 {'resource_provider_generation': 1,
                  'traits': ['HW_CPU_X86_AVX']}, '1.6', 200),
                ('PUT', f'/allocations/{consumer}',
                 service.consumer_of({provider: {'VCPU': 5}}), '1.39', 409),
                ('PUT', f'/allocations/{consumer}',
                 service.consumer_of({provider: {'VCPU': 2}}), '1.39', 204),
                ('PUT', f'/allocations/{consumer}',
                 service.consumer_of({provider: {'VCPU': 2}}), '1.39', 409),
                ('GET', f'/allocations/{consumer}', None, '1.12', 200),
                ('GET', '/allocation_candidates?resources=VCPU:2', None,
                 '1.39', 200),
                ('DELETE', path, None, '1.39', 409),
                ('POST', '/reshaper', {'inventories': {}, 'allocations': {}},
                 '1.39', 400),
                ('DELETE', f'/allocations/{consumer}', None, '1.39', 204)):
            headers = {**wsgi_server.HEADERS, 'Accept': 'application/json'}
            headers.pop('OpenStack-API-Version')
            if version:
                headers['OpenStack-API-Version'] = f'placement {version}'
            expected = requests.request(method, server.url + where,
                                        json=body, headers=headers)
            found = adapter.request(
                where, method, json=body, microversion=version,
                headers={'Accept': 'application/json'})
            self.assertEqual(status, found.status_code,
                             f'{method} {where} {body}: {found.text}')
            self.assertEqual(said(expected), said(found))

    def test_only_cassandra_is_dialled(self):
        adapter, cloud = self.client()
        # The pool of this process was opened before; this opens another.
        self.addCleanup(cloud.store.session.close)
        cloud.store.session.close()
        with self.wires.watched() as dialled:
            made = adapter.post('/resource_providers', json={'name': 'host'},
                                microversion='1.39',
                                global_request_id=f'req-{uuid.uuid4()}')
        self.assertEqual(200, made.status_code, made.text)
        self.assertEqual(
            {(point, cloud.settings.port)
             for point in cloud.settings.contact_points}, dialled)
        [tree] = cloud.store.query.read(()).trees
        self.assertEqual('host', tree.root.name)
        self.assertRaises(requests.exceptions.InvalidSchema,
                          adapter.session.session.get, 'http://127.0.0.1/')

    def test_novas_context_stays(self):
        adapter, _cloud = self.client()
        mine = oslo_context.RequestContext(overwrite=True)
        self.assertEqual(200, adapter.get('/resource_providers').status_code)
        self.assertIs(mine, oslo_context.get_current())


class TestStoreAway(testtools.TestCase):

    def test_cassandra_is_away(self):
        self.addCleanup(policy.reset)
        conf = cfg.ConfigOpts()
        registration.register_opts(conf)
        conf([], default_config_files=[], default_config_dirs=[])
        conf.set_override('port', 1, group='cassandra')
        answer = in_process.adapter(conf).get('/resource_providers')
        self.assertEqual(503, answer.status_code)
        self.assertIn('127.0.0.1:1 does not answer', answer.text)
