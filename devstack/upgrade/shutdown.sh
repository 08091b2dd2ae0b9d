#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Grenade runs this before the upgrade. Cassandra keeps running, as databases
# do.

set -o errexit

source "$GRENADE_DIR/grenaderc"
source "$GRENADE_DIR/functions"
source "$BASE_DEVSTACK_DIR/functions"
source "$BASE_DEVSTACK_DIR/stackrc"
source "$BASE_DEVSTACK_DIR/lib/tls"
source "$BASE_DEVSTACK_DIR/lib/apache"
source "$BASE_DEVSTACK_DIR/lib/nova"
source "$BASE_DEVSTACK_DIR/lib/placement"

plugin=$(cd "$(dirname "$0")/.." && pwd)
source "$plugin/settings"
source "$plugin/plugin.sh"

set -o xtrace
stop_cassandra_scheduler
ensure_services_stopped n-sch n-cpu placement-api
