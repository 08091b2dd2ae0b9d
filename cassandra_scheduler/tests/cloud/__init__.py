# SPDX-License-Identifier: Apache-2.0

"""A cloud of real processes on one machine, driven as a user drives one.

Promises: RabbitMQ, PostgreSQL, Cassandra, Keystone, Glance and Nova as they
are installed, with this project's services; all requests are ``openstack``
commands. Refuses: to touch anything but its own folder, ports and processes.
Read ``scenario`` first: everything that happens, in order.
"""
