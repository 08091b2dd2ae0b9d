# SPDX-License-Identifier: Apache-2.0

import dataclasses
import datetime
import json

import testtools

from cassandra_scheduler.model import report as report_model

HostReport, ServiceRecord = report_model.HostReport, report_model.ServiceRecord
#: Texts that are no JSON object, or none at all.
SENSELESS = ('', 'no JSON', 'null', '[]', '7', '{"a": 1', '\ud800',
             '[' * 100000)


class TestHostReport(testtools.TestCase):

    def test_says_what_it_was_made_of(self):
        report = HostReport.of(
            host='host1', nodename='node1', uuid='u',
            image_properties={'os_type': {'linux': 2}},
            compute_node={'vcpus': 8, 'stats': {'num_instances': '3'}})
        self.assertEqual(
            ('host1', 'node1', 'u', {'os_type': {'linux': 2}}, 8,
             {'num_instances': '3'}),
            (report.host, report.nodename, report.uuid,
             report.image_properties, report.compute_node['vcpus'],
             report.stats))

    def test_has_the_form_that_69dfdb2_wrote(self):
        report = HostReport.of(host='h\u00e4', nodename='n', uuid='u',
                               image_properties={}, compute_node={
                                   'ratio': 4.0, 'a': None})
        self.assertEqual(
            '{"compute_node":{"a":null,"ratio":4.0},"host":"h\\u00e4",'
            '"image_properties":{},"nodename":"n","uuid":"u"}', report.text)

    def test_is_equal_by_its_text(self):
        one, same = HostReport('{"host":"h"}'), HostReport('{"host":"h"}')
        self.assertEqual('h', one.host)
        self.assertEqual((one, hash(one)), (same, hash(same)))
        self.assertNotEqual(one, HostReport('{"host": "h"}'))
        self.assertNotEqual(one, ServiceRecord('{"host":"h"}'))

    def test_cannot_be_changed(self):
        self.assertRaises(dataclasses.FrozenInstanceError, setattr,
                          HostReport('{}'), 'text', '')

    def test_what_makes_no_sense_says_nothing(self):
        for text in (*SENSELESS, json.dumps({
                'host': 7, 'nodename': None, 'uuid': [], 'compute_node': '',
                'image_properties': [1]})):
            report = HostReport(text)
            self.assertEqual(
                (None, None, None, {}, {}, {}),
                (report.host, report.nodename, report.uuid,
                 report.compute_node, report.stats,
                 report.image_properties), text[:30])
            self.assertEqual(text, report.text)


class TestServiceRecord(testtools.TestCase):

    def test_says_what_it_was_made_of(self):
        record = ServiceRecord.of({
            'version': 70, 'disabled_reason': 'repair',
            'created_at': '2026-01-31T12:00:00Z'})
        self.assertEqual(
            (70, 'repair', datetime.datetime(2026, 1, 31, 12), None),
            (record.version, record.disabled_reason, record.created_at,
             record.left_at_ms))

    def test_keeps_everything_when_the_service_stops(self):
        record = ServiceRecord('{"host":"h","of a later release":[1.0]}')
        self.assertEqual(
            '{"host":"h","left_at_ms":5,"of a later release":[1.0]}',
            record.leaving(5).text)
        self.assertEqual((5, None), (record.leaving(5).left_at_ms,
                                     record.left_at_ms))

    def test_what_makes_no_sense_says_nothing(self):
        for text in (*SENSELESS, json.dumps({
                'version': '70', 'disabled_reason': 1, 'left_at_ms': 'now',
                'created_at': 'yesterday'})):
            record = ServiceRecord(text)
            self.assertEqual(
                (None, None, None, None),
                (record.version, record.disabled_reason, record.created_at,
                 record.left_at_ms), text[:30])
