#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Devstack calls plugin.sh <mode> [phase]. This file says what happens when;
# lib/ says how.

_XTRACE_CASSANDRA_PLUGIN=$(set +o | grep xtrace)
set +o xtrace

CASSANDRA_SCHEDULER_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$CASSANDRA_SCHEDULER_DIR/devstack/lib/cassandra"
source "$CASSANDRA_SCHEDULER_DIR/devstack/lib/cassandra_scheduler"

$_XTRACE_CASSANDRA_PLUGIN

if is_service_enabled cassandra-scheduler; then
    case "$1 $2" in
        "stack pre-install")
            # Java and Maven are installed by now: files/bindep.txt.
            check_cassandra_settings
            ;;
        "stack install")
            echo_summary "Installing Cassandra and its scheduler"
            install_cassandra_scheduler
            install_cassandra
            ;;
        "stack post-config")
            # Placement and Nova start right after this phase.
            echo_summary "Configuring Cassandra and its scheduler"
            start_cassandra
            configure_cassandra_scheduler
            init_cassandra_scheduler
            use_cassandra_placement
            use_cassandra_programs
            ;;
        "stack extra")
            check_cassandra_scheduler
            ;;
        "stack test-config")
            # By now nova-manage has mapped the hosts to cells.
            echo_summary "Copying Nova's aggregates and cells to Cassandra"
            sync_cassandra_scheduler
            ;;
        "unstack ")
            # Stop the services before Cassandra.
            stop_cassandra_scheduler
            cleanup_cassandra_programs
            stop_cassandra
            cleanup_cassandra
            ;;
        "clean ")
            cleanup_cassandra_scheduler
            cleanup_cassandra
            cleanup_cassandra_cache
            ;;
    esac
fi
