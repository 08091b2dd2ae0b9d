#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Grenade runs this after it has upgraded Nova and Placement. It starts the new
# programs on the old rows. Nova's own upgrade has started Nova's own programs
# before.

set -o errexit

source "$GRENADE_DIR/grenaderc"
source "$GRENADE_DIR/functions"
GetDistro
source "$TARGET_DEVSTACK_DIR/stackrc"
source "$TARGET_DEVSTACK_DIR/lib/tls"
source "$TARGET_DEVSTACK_DIR/lib/apache"
source "$TARGET_DEVSTACK_DIR/lib/nova"
source "$TARGET_DEVSTACK_DIR/lib/placement"

plugin=$(cd "$(dirname "$0")/.." && pwd)
source "$plugin/settings"
source "$plugin/plugin.sh"

set -o xtrace
stop_cassandra_scheduler
stop_cassandra
install_cassandra_scheduler
fetch_cassandra
start_cassandra
sync_keyspace
use_cassandra_placement
use_cassandra_programs
if is_service_enabled placement-api; then
    start_placement
fi
start_nova_rest
start_nova_compute
ensure_services_started cassandra-1 n-sch n-cpu placement-api
