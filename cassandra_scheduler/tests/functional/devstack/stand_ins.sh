#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What the plugin takes from devstack's functions and lib/*, as little of it
# as will do. What has an effect here really has it.

NOVA_BIN_DIR=$VENV/bin
declare -A SYSTEMD_ENV_VARS

function record {
    echo "$*" >>"$CALLS"
}

# ini <get|set> file section option [value]
function ini {
    python3 - "$@" <<'EOF'
import configparser
import sys

verb, path, section, option, *value = sys.argv[1:]
file = configparser.RawConfigParser(delimiters='=')
file.optionxform = str
file.read(path)
if verb == 'get':
    print(file.get(section, option))
else:
    if not file.has_section(section):
        file.add_section(section)
    file.set(section, option, value[0])
    with open(path, 'w') as changed:
        file.write(changed)
EOF
}

function iniset {
    [[ "$1" != "-sudo" ]] || shift
    ini set "$@"
}

function iniget {
    ini get "$@"
}

function trueorfalse {
    case "${!2:-$1}" in
        1|[Yy]es|YES|[Tt]rue|TRUE) echo True ;;
        *) echo False ;;
    esac
}

function define_plugin {
    record define_plugin "$@"
}

function enable_service {
    local service
    for service in "$@"; do
        ENABLED_SERVICES+=",$service"
    done
}

function is_service_enabled {
    local service
    for service in "$@"; do
        [[ ",$ENABLED_SERVICES," != *",$service,"* ]] || return 0
    done
    return 1
}

function get_python_exec_prefix {
    echo "$VENV/bin"
}

function echo_summary {
    record echo_summary "$@"
}

function die {
    shift
    echo "$*" >&2
    exit 1
}

function write_user_unit_file {
    record write_user_unit_file "$1"
    local unitfile="$SYSTEMD_DIR/$1"
    iniset "$unitfile" Service Environment "${5:-"\"PATH=$PATH\""}"
    iniset "$unitfile" Service User "$4"
    iniset "$unitfile" Service ExecStart "$2"
}

function run_process {
    is_service_enabled "${1%-1}" || return 0
    record run_process "$1"
    local unit=devstack@$1.service
    write_user_unit_file "$unit" "$2" "" "$STACK_USER" \
        "${SYSTEMD_ENV_VARS[$1]}"
    $SYSTEMCTL enable "$unit"
    $SYSTEMCTL start "$unit"
}

function stop_process {
    local unit=devstack@$1.service
    if $SYSTEMCTL is-enabled "$unit"; then
        $SYSTEMCTL stop "$unit"
        $SYSTEMCTL disable "$unit"
    fi
}

function configure_placement {
    mkdir -p "$PLACEMENT_CONF_DIR"
    iniset "$PLACEMENT_CONF" api auth_strategy "$PLACEMENT_AUTH_STRATEGY"
    iniset "$PLACEMENT_UWSGI_CONF" uwsgi module placement.wsgi.api:application
    iniset "$PLACEMENT_UWSGI_CONF" uwsgi processes "$API_WORKERS"
    iniset "$PLACEMENT_UWSGI_CONF" uwsgi master true
    iniset "$PLACEMENT_UWSGI_CONF" uwsgi lazy-apps true
    iniset "$PLACEMENT_UWSGI_CONF" uwsgi hook-master-start \
        "unix_signal:15 gracefully_kill_them_all"
}

function start_placement {
    run_process placement-api "$(which uwsgi) --ini $PLACEMENT_UWSGI_CONF"
}

function stop_placement {
    stop_process placement-api
}

function start_nova_rest {
    run_process n-sch "$NOVA_BIN_DIR/nova-scheduler --config-file $NOVA_CONF"
}

function start_nova_compute {
    run_process n-cpu-1 "$NOVA_BIN_DIR/nova-compute --config-file $NOVA_CONF"
}

function stop_nova_rest {
    stop_process n-sch
}

function stop_nova_compute {
    stop_process n-cpu-1
}

function plugin_override_defaults {
    source "$PLUGIN/devstack/override-defaults"
}

function load_plugin_settings {
    source "$PLUGIN/devstack/settings"
}

function run_plugins {
    source "$PLUGIN/devstack/plugin.sh" "$@"
}
