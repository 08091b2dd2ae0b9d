#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Devstack's own functions, and of its libraries what the plugin meets, from
# the checkout in $DEVSTACK. What they take from other libraries is made up.

TOP_DIR=$DEVSTACK
GLOBAL_VENV=True
DEVSTACK_VENV=$VENV
VIRT_DRIVER=fake
NUMBER_FAKE_NOVA_COMPUTE=1
CELLSV2_SETUP=singleconductor
NOVNC_BRANCH=v1.3.0
ENABLE_DEBUG_LOG_LEVEL=False
LOG_COLOR=False
WORKER_TIMEOUT=80
SERVICE_TIMEOUT=60
SERVICE_PROTOCOL=http
SERVICE_LISTEN_ADDRESS=127.0.0.1
SERVICE_IP_VERSION=4
HOSTNAME=$(hostname)
PLACEMENT_SERVICE_HOST=127.0.0.1:$PLACEMENT_PORT
declare -A PROJECT_VENV

source "$DEVSTACK/functions"

function record {
    echo "$*" >>"$CALLS"
}

function database_connection_url {
    echo "sqlite://"
}

function configure_keystone_authtoken_middleware {
    record configure_keystone_authtoken_middleware "$@"
}

# Where stack.sh enables the plugin in local.conf; nothing is cloned here.
enable_plugin cassandra_scheduler "$PLUGIN"
GITDIR[cassandra_scheduler]=$PLUGIN
