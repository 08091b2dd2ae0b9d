# SPDX-License-Identifier: Apache-2.0
"""Stub services, served and asked over HTTP."""

import requests
import testtools

from cassandra_scheduler.testbed import http_server
from cassandra_scheduler.testbed import ports
from cassandra_scheduler.testbed import stub_services


def failing(environ, start_response):
    start_response('500 Internal Server Error', [])
    return [b'']


class TestHttpServer(testtools.TestCase):

    def test_an_application_answers_on_a_free_port(self):
        url = http_server.serve(stub_services.glance)
        self.assertTrue(http_server.answers(url))
        [image] = requests.get(f'{url}/v2/images', timeout=30).json()['images']
        self.assertEqual(stub_services.IMAGE, image)

    def test_an_application_answers_on_a_given_port(self):
        port = ports.fresh()
        self.assertEqual(f'http://127.0.0.1:{port}',
                         http_server.serve(stub_services.neutron, port))
        self.assertTrue(ports.listens('127.0.0.1', port))

    def test_a_refusal_is_an_answer_and_a_failure_is_none(self):
        locked = stub_services.token_filter({})(stub_services.glance)
        url = http_server.serve(locked)
        self.assertEqual(401, requests.get(url, timeout=30).status_code)
        self.assertTrue(http_server.answers(url))
        self.assertFalse(http_server.answers(http_server.serve(failing)))

    def test_no_server(self):
        self.assertFalse(http_server.answers(
            f'http://127.0.0.1:{ports.fresh()}'))


class TestKeystone(testtools.TestCase):

    def test_a_token_with_the_catalog(self):
        url = http_server.serve(stub_services.keystone(
            {'compute': 'http://nova'}))
        answer = requests.post(f'{url}/v3/auth/tokens', json={}, timeout=30)
        self.assertEqual((201, stub_services.ADMIN_TOKEN), (
            answer.status_code, answer.headers['X-Subject-Token']))
        token = answer.json()['token']
        self.assertEqual(('admin', 'demo'), (
            token['user']['name'], token['project']['name']))
        self.assertEqual(
            {'identity': f'{url}/v3', 'compute': 'http://nova'},
            {each['type']: each['endpoints'][0]['url']
             for each in token['catalog']})
