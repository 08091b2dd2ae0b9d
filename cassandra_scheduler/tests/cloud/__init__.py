# SPDX-License-Identifier: Apache-2.0

"""A cloud of real processes on one machine, driven as a user drives one.

Promises: RabbitMQ, PostgreSQL, Cassandra, Keystone, Glance and Nova as they
are installed, this project's services among them; everybody's wish is an
``openstack`` command. Refuses: to touch anything but its own folder, ports
and processes. Read ``running`` first: everything that happens, in order.
"""
