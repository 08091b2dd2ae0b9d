#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# devstack.sh stack|unstack|clean: as much of those scripts as a plugin sees,
# in their order, below the folder $ROOT.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

FILES=$ROOT/files
DEST=$ROOT/opt/stack
DATA_DIR=$DEST/data
STACK_USER=$(id -un)
SYSTEMCTL="sudo systemctl"
API_WORKERS=2
PLACEMENT_AUTH_STRATEGY=noauth2
ENABLED_SERVICES=${ENABLED_SERVICES:-placement-api,n-api,n-sch,n-cpu}
# The test's own settings, as of the localrc section of local.conf.
source "$ROOT/localrc"

if [[ -n "$DEVSTACK" ]]; then
    source "$here/real_parts.sh"
else
    source "$here/stand_ins.sh"
fi

# Nova and Placement are installed as they are tested here.
function setup_develop {
    record setup_develop "$@"
}

# lib/nova and lib/placement say /etc, whatever one wishes.
function use_own_folders {
    NOVA_CONF_DIR=$ROOT/etc/nova
    NOVA_CONF=$NOVA_CONF_DIR/nova.conf
    NOVA_CPU_CONF=$NOVA_CONF_DIR/nova-cpu.conf
    NOVA_FAKE_CONF=$NOVA_CONF_DIR/nova-fake.conf
    PLACEMENT_CONF_DIR=$ROOT/etc/placement
    PLACEMENT_CONF=$PLACEMENT_CONF_DIR/placement.conf
    PLACEMENT_UWSGI_CONF=$PLACEMENT_CONF_DIR/placement-uwsgi.ini
    SYSTEMD_ENV_VARS[placement-api]="\"PATH=$PATH\" \
        OS_PLACEMENT_CONFIG_DIR=$PLACEMENT_CONF_DIR"
}

# What devstack has Apache for.
function serve_placement_without_apache {
    iniset "$PLACEMENT_UWSGI_CONF" uwsgi http-socket \
        "127.0.0.1:$PLACEMENT_PORT"
    sed -i '/^\(socket\|chmod-socket\|plugins\) *=/d' "$PLACEMENT_UWSGI_CONF"
}

function source_libraries {
    if [[ -n "$DEVSTACK" ]]; then
        source "$DEVSTACK/lib/apache"
        source "$DEVSTACK/lib/nova"
        source "$DEVSTACK/lib/placement"
    fi
    use_own_folders
}

function stack {
    set -o errexit
    plugin_override_defaults
    source_libraries
    load_plugin_settings
    set -o xtrace
    run_plugins stack pre-install
    configure_placement
    serve_placement_without_apache
    run_plugins stack install
    run_plugins stack post-config
    start_placement
    start_nova_rest
    start_nova_compute
    run_plugins stack extra
    run_plugins stack test-config
    record xtrace "$(set +o | grep xtrace)"
}

function unstack {
    plugin_override_defaults
    source_libraries
    load_plugin_settings
    set -o xtrace
    run_plugins unstack
    stop_nova_rest
    stop_nova_compute
    stop_placement
}

function clean {
    source_libraries
    load_plugin_settings
    set -o xtrace
    run_plugins clean
}

# Grenade's scripts only take the functions.
[[ "${BASH_SOURCE[0]}" != "$0" ]] || "$@"
