#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What grenade's scripts take from grenade, and devstack with it.

source "$(dirname "${BASH_SOURCE[0]}")/devstack.sh"

function GetDistro {
    record GetDistro
}

function ensure_services_started {
    local service
    for service in "$@"; do
        [[ "$service" != n-cpu ]] || service=n-cpu-1
        $SYSTEMCTL is-enabled "devstack@$service.service"
    done
}

function ensure_services_stopped {
    local service
    for service in "$@"; do
        [[ "$service" != n-cpu ]] || service=n-cpu-1
        ! $SYSTEMCTL is-enabled "devstack@$service.service" || exit 1
    done
}
