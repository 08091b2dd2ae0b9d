# SPDX-License-Identifier: Apache-2.0

import types

import fixtures
from placement.objects import research_context
import testtools

from cassandra_scheduler.mini_cloud import cloud
from cassandra_scheduler.mini_cloud import context
from cassandra_scheduler.mini_cloud import manifest
from cassandra_scheduler.model import errors


class TestManifest(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.addCleanup(
            manifest.install if manifest.is_installed()
            else manifest.uninstall)
        manifest.uninstall()

    @staticmethod
    def _names():
        return [getattr(place, name)
                for place, name, _replacement in manifest.MANIFEST]

    def test_install_and_uninstall(self):
        before = self._names()
        manifest.install()
        installed = self._names()
        for one, other in zip(before, installed):
            self.assertIsNot(one, other)
        manifest.install()
        self.assertEqual(installed, self._names())
        manifest.uninstall()
        self.assertEqual(before, self._names())
        manifest.uninstall()
        self.assertEqual(before, self._names())

    def test_a_missing_name_changes_nothing(self):
        before = self._names()
        gone = (research_context, 'gone', len)
        with fixtures.MonkeyPatch(f'{manifest.__name__}.MANIFEST',
                                  (*manifest.MANIFEST, gone)):
            error = self.assertRaises(errors.InvalidSettings,
                                      manifest.install)
        self.assertIn('research_context.gone', str(error))
        self.assertFalse(manifest.is_installed())
        self.assertEqual(before, self._names())

    def test_others_get_upstreams_own_function(self):
        chosen = manifest._guarded(lambda subject, value: ('ours', value),
                                   lambda subject, value: ('upstream', value))
        ours = context.SearchContext(cloud.MiniCloud(()))
        for subject in (ours, types.SimpleNamespace(context=ours)):
            self.assertEqual(('ours', 1), chosen(subject, 1))
        theirs = types.SimpleNamespace()
        for subject in (theirs, types.SimpleNamespace(context=theirs)):
            self.assertEqual(('upstream', 1), chosen(subject, 1))
