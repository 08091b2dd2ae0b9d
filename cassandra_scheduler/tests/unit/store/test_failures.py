# SPDX-License-Identifier: Apache-2.0
"""What the driver raises, and what we make of it."""

import ssl

import cassandra
from cassandra import cluster
from cassandra import connection
from cassandra import protocol
import testtools

from cassandra_scheduler.model import errors
from cassandra_scheduler.store import failures
from cassandra_scheduler.store import settings

SECRET = 'correct horse battery'
SETTINGS = settings.Settings(
    contact_points=('192.0.2.7', '192.0.2.8'), keyspace='clouds',
    username='scheduler', password=SECRET)
CAS = cassandra.WriteType.CAS


def all_down(**causes):
    return cluster.NoHostAvailable('Unable to connect to any servers', causes)


def server_error(code):
    return protocol.ErrorMessage(code=code, message='server', info=None)


class TestMayHaveWritten(testtools.TestCase):

    def test_an_answer_that_leaves_it_open(self):
        for error in (
                cassandra.OperationTimedOut(),
                cassandra.WriteTimeout('late', write_type=CAS),
                cassandra.WriteFailure('broken', write_type=CAS),
                cassandra.ReadTimeout('late'),
                cassandra.ReadFailure('broken'),
                connection.ConnectionShutdown('reset'),
                connection.ConnectionException('reset'),
                server_error(0x1700), server_error(0x0000),
                protocol.ServerError(code=0, message='', info=None)):
            self.assertTrue(failures.may_have_written(error), error)

    def test_an_answer_that_does_not(self):
        for error in (
                all_down(), all_down(host=cassandra.OperationTimedOut()),
                cassandra.Unavailable('too few'),
                cassandra.InvalidRequest('no such table'),
                cassandra.Unauthorized('not you'),
                cassandra.AuthenticationFailed('not you'), TypeError('x')):
            self.assertFalse(failures.may_have_written(error), error)


class TestTranslate(testtools.TestCase):

    CASES = (
        (cassandra.AuthenticationFailed('Bad credentials'),
         errors.StoreAccessDenied, ("'scheduler'", 'username and password')),
        (all_down(a=cassandra.AuthenticationFailed('Bad credentials')),
         errors.StoreAccessDenied, ('username and password',)),
        (cassandra.Unauthorized('no SELECT permission on <table trees>'),
         errors.StoreAccessDenied, ("'clouds'",)),
        (all_down(a=ssl.SSLError('certificate has expired')),
         errors.StoreAccessDenied, ('ssl_ca_file', 'expired')),
        (all_down(a=ssl.CertificateError("hostname mismatch")),
         errors.StoreAccessDenied, ('ssl_verify_hostname', 'mismatch')),
        (all_down(a=PermissionError(1, 'Last error: [SSL: WRONG_VERSION]')),
         errors.StoreAccessDenied, ('TLS',)),
        (all_down(a=ConnectionRefusedError(111, 'refused')),
         errors.StoreUnavailable, ('192.0.2.7:9042, 192.0.2.8:9042',
                                   'contact_points and port', 'refused')),
        (all_down(a=ConnectionResetError(104, 'Connection reset by peer')),
         errors.StoreUnavailable, ('ssl_ca_file', 'contact_points')),
        (cluster.NoHostAvailable('Unable to connect', ['192.0.2.7']),
         errors.StoreUnavailable, ('local_datacenter', "'datacenter1'")),
        (cluster.UnresolvableContactPoints({}),
         errors.StoreUnavailable, ('contact_points',)),
        (cassandra.Unavailable('Cannot achieve LOCAL_QUORUM'),
         errors.StoreUnavailable, ('Too few nodes', 'LOCAL_QUORUM')),
        (cassandra.OperationTimedOut(), errors.StoreUnavailable,
         ('does not answer',)),
        (cassandra.WriteTimeout('late', write_type=CAS),
         errors.StoreUnavailable, ()),
        (server_error(0x1001), errors.StoreUnavailable, ()),
        (cassandra.InvalidRequest('Keyspace clouds does not exist'),
         errors.SchemaMismatch, ('cassandra-scheduler db sync',)),
        (cassandra.InvalidRequest('unconfigured table trees'),
         errors.SchemaMismatch, ('cassandra-scheduler db sync',)),
        (cassandra.InvalidRequest('Undefined column name digest'),
         errors.SchemaMismatch, ('cassandra-scheduler db sync',)),
        (cassandra.InvalidRequest('Key may not be empty'),
         errors.InvalidValue, ('Key may not be empty',)),
        (cassandra.InvalidRequest(
            'message="Guardrail allow_filtering violated: Querying with '
            'ALLOW FILTERING is not allowed. It is slow."'),
         errors.StoreUnfit, ('guardrail allow_filtering', 'cassandra.yaml',
                             'FILTERING is not allowed)')),
        (cassandra.InvalidRequest(
            'Guardrail column_value_size violated: Value of column report '
            'has size 2MiB, this exceeds the failure threshold of 1MiB'),
         errors.InvalidValue, ('column report',)),
        (all_down(a=cassandra.DriverException(
            'ProtocolError returned from server while using explicitly set '
            'client protocol_version 5')),
         errors.StoreUnfit, ('too old', '5.0 is needed')),
    )

    def test_every_case(self):
        for raised, kind, parts in self.CASES:
            error = failures.translate(raised, SETTINGS)
            self.assertIs(kind, type(error), raised)
            for part in parts:
                self.assertIn(part, str(error))

    def test_one_line_without_secrets(self):
        for raised, _kind, _parts in self.CASES:
            told = str(failures.translate(raised, SETTINGS))
            self.assertNotIn('\n', told)
            self.assertNotIn(SECRET, told)
        self.assertNotIn(SECRET, repr(SETTINGS))

    def test_what_is_nobody_s_fault_but_ours_passes(self):
        for raised in (KeyError('x'), AssertionError(), ZeroDivisionError()):
            self.assertIsNone(failures.translate(raised, SETTINGS))

    def test_a_long_story_is_cut(self):
        told = failures.brief(ValueError('many\n  words ' * 1000))
        self.assertEqual(300, len(told))
        self.assertTrue(told.startswith('ValueError: many words many'))
