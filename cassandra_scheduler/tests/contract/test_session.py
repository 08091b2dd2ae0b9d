# SPDX-License-Identifier: Apache-2.0

import concurrent.futures
import dataclasses
import os

from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.tests.contract import case
from cassandra_scheduler.tests.fixtures import hosts

LIST = 'SELECT tree FROM {keyspace}.trees WHERE cloud = ? AND tree = ?'


class TestSession(case.StoreTestCase):

    def new_session(self):
        session = store_session.Session(self.cloud.settings.connection())
        self.addCleanup(session.close)
        return session

    def test_nothing_is_connected_before_use(self):
        session = self.new_session()
        self.assertFalse(session._pool.is_open)
        self.assertEqual([], session.rows(LIST, ('x', 'y')))
        self.assertTrue(session._pool.is_open)

    def test_services_of_one_process_share_a_pool(self):
        settings = self.cloud.settings
        one = store_session.shared_session(settings)
        other = dataclasses.replace(settings, cloud='another')
        self.assertIs(one, store_session.shared_session(other))
        elsewhere = dataclasses.replace(settings, request_timeout=1.25)
        self.assertIsNot(one, store_session.shared_session(elsewhere))

    def test_many_threads_open_one_pool(self):
        session = self.new_session()

        def opened(_number):
            session.rows(LIST, ('x', 'y'))
            return session._pool.opened()

        with concurrent.futures.ThreadPoolExecutor(16) as threads:
            pools = set(map(id, threads.map(opened, range(64))))
        self.assertEqual(1, len(pools))

    def test_it_knows_who_has_a_partition(self):
        session = self.new_session()
        session.rows(LIST, ('x', 'y'))
        self.assertNotEqual(
            [], session._pool.opened().cluster.metadata.get_replicas(
                self.cloud.settings.keyspace, b'some key'))

    def test_it_opens_again_after_it_was_closed(self):
        session = self.new_session()
        session.rows(LIST, ('x', 'y'))
        session.close()
        session.close()
        self.assertEqual([], session.rows(LIST, ('x', 'y')))

    def test_more_rows_than_one_page(self):
        tree = self.new_host()
        insert = ('INSERT INTO {keyspace}.trees (cloud, tree, kind, key) '
                  "VALUES (?, ?, 'page', ?)")
        self.store.session.write_all(
            insert, [(self.store.cloud, tree.id, f'{number:05}')
                     for number in range(6000)])
        rows = self.store.session.rows(LIST, (self.store.cloud, tree.id))
        self.assertEqual(6001, len(rows))

    def test_rows_of_many_keep_their_order(self):
        trees = [self.new_host().id for _ in range(5)] + ['nobody']
        found = self.store.session.rows_of_many(
            LIST, [(self.store.cloud, tree) for tree in trees])
        self.assertEqual([[{'tree': tree}] for tree in trees[:5]] + [[]],
                         found)

    def test_a_child_connects_anew_and_the_parent_goes_on(self):
        tree = self.new_host()
        read, write = os.pipe()
        child = os.fork()
        if not child:
            try:
                seen = self.store.trees.find(tree.id) == tree
                os.write(write, b'same' if seen else b'other')
            finally:
                os._exit(0)
        os.close(write)
        with os.fdopen(read, 'rb') as answer:
            self.assertEqual(b'same', answer.read())
        self.assertEqual((child, 0), os.waitpid(child, 0))
        self.write(hosts.claiming(tree, hosts.consumer(tree.id)))

    def test_a_fork_while_another_thread_connects(self):
        session = store_session.shared_session(dataclasses.replace(
            self.cloud.settings, connect_timeout=5.5))
        self.addCleanup(session.close)
        with session._pool._lock:
            child = os.fork()
            if not child:
                ended = 1
                try:
                    ended = len(session.rows(LIST, ('x', 'y')))
                finally:
                    os._exit(ended)
        self.assertEqual((child, 0), os.waitpid(child, 0))
