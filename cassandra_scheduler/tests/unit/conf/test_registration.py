# SPDX-License-Identifier: Apache-2.0
"""Options: what they become, and that operators can read about each."""

import dataclasses

from oslo_config import cfg
import testtools

from cassandra_scheduler.conf import opts
from cassandra_scheduler.conf import registration
from cassandra_scheduler.store import settings


def configuration(**overrides):
    conf = cfg.ConfigOpts()
    registration.register_opts(conf)
    conf([], project='cassandra_scheduler', default_config_files=[])
    for name, value in overrides.items():
        conf.set_override(name, value, group='cassandra')
    return conf


class TestRegistration(testtools.TestCase):

    def test_registering_twice_is_harmless(self):
        conf = configuration()
        registration.register_opts(conf)
        self.assertEqual('cassandra_scheduler', conf.scheduler.driver)

    def test_defaults_are_those_of_the_settings(self):
        values = registration.store_settings(configuration())
        self.assertEqual(settings.Settings(), settings.Settings(**values))

    def test_options_and_settings_have_the_same_names(self):
        values = registration.store_settings(configuration())
        fields = {f.name for f in dataclasses.fields(settings.Settings)}
        self.assertEqual(fields, set(values))

    def test_replication_is_read_from_text(self):
        conf = configuration(replication='east:3, west:2')
        values = registration.store_settings(conf)
        self.assertEqual((('east', 3), ('west', 2)), values['replication'])

    def test_settings_can_be_a_key(self):
        conf = configuration(contact_points='192.0.2.1,192.0.2.2')
        values = registration.store_settings(conf)
        made = settings.Settings(**values)
        self.assertEqual(('192.0.2.1', '192.0.2.2'), made.contact_points)
        self.assertEqual(1, len({made, settings.Settings(**values)}))

    def test_nonsense_is_refused_by_name(self):
        for name, value in (('replication', 'east:none'),
                            ('read_consistency', 'MOST'),
                            ('keyspace', 'two words'),
                            ('port', 70000)):
            error = self.assertRaises(
                ValueError, configuration, **{name: value})
            self.assertNotEqual('', str(error))


class TestHelp(testtools.TestCase):

    def test_every_option_explains_itself(self):
        for group, options in opts.list_opts():
            for opt in options:
                self.assertTrue(
                    opt.help and opt.help.endswith('.'),
                    f'[{group.name}] {opt.name} needs a help of sentences')

    def test_times_name_their_unit(self):
        for group, options in opts.list_opts():
            for opt in options:
                if opt.name.endswith(('_timeout', '_deadline')):
                    self.assertIn('Seconds', opt.help, opt.name)

    def test_the_password_is_secret(self):
        secrets = [opt.name for _group, options in opts.list_opts()
                   for opt in options if opt.secret]
        self.assertEqual(['password'], secrets)
