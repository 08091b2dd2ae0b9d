# SPDX-License-Identifier: Apache-2.0
"""A request's own filters narrow its query, unless an operator says no."""

from nova import objects
from nova.scheduler.filters import image_props_filter

from cassandra_scheduler.tests.functional.driver import nova_cloud

OURS = f'{__name__}.AnyImage'


class AnyImage(image_props_filter.ImagePropertiesFilter):
    """An operator's own filter, which passes more than Nova's."""

    def host_passes(self, host_state, spec_obj):
        return True


class TestPushingDown(nova_cloud.NovaCloudTest):

    def setUp(self):
        super().setUp()
        for name, architecture in (('one', 'x86_64'), ('two', 'aarch64'),
                                   ('three', 'x86_64')):
            self.add_host(name, figures={'supported_hv_specs': [
                [architecture, 'kvm', 'hvm']]})

    def placed(self):
        """Return (host of a server of another architecture, Transcript)."""
        image = objects.ImageMeta(properties=objects.ImageMetaProps(
            hw_architecture='aarch64'))
        placed = self.place(nova_cloud.spec(image=image))
        return placed.placements[0].candidate.tree.root.name, placed.transcript

    def asked(self, transcript):
        return {each.source for each in transcript.restrictions}

    def test_who_would_be_refused_is_not_read(self):
        host, transcript = self.placed()
        self.assertEqual(('two', 1, ()), (
            host, transcript.rows_read, transcript.refusals))
        self.assertLessEqual({'ImagePropertiesFilter', 'ComputeFilter'},
                             self.asked(transcript))

    def test_an_operator_says_no(self):
        self.flags(push_down_filters=False, group='cassandra_scheduler')
        host, transcript = self.placed()
        self.assertEqual(('two', 3, (('ImagePropertiesFilter', 2),)), (
            host, transcript.rows_read, transcript.refusals))
        self.assertNotIn('ComputeFilter', self.asked(transcript))

    def test_a_filter_from_elsewhere_decides_alone(self):
        self.flags(group='filter_scheduler', enabled_filters=['AnyImage'],
                   available_filters=[OURS])
        self.manager = self.start()
        _host, transcript = self.placed()
        self.assertEqual((3, ()), (transcript.rows_read,
                                   transcript.refusals))
        self.assertNotIn('abilities', {
            each.column for each in transcript.restrictions})

    def test_a_row_that_an_older_service_has_written(self):
        """It is found as soon as nothing is pushed down."""
        for row in self.store.query.read(()).trees:
            self.store.session.write_if([(
                'UPDATE {keyspace}.trees SET abilities = ? WHERE cloud = ? '
                "AND tree = ? AND kind = 'root' AND key = '' IF seq = ?",
                (None, self.store.cloud, row.id, row.version))])
        self.assertRaises(IndexError, self.placed)
        self.flags(push_down_filters=False, group='cassandra_scheduler')
        self.assertEqual('two', self.placed()[0])
