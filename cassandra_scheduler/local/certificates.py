# SPDX-License-Identifier: Apache-2.0
"""A self-signed certificate for clusters whose clients speak TLS."""

import pathlib
import subprocess

from cassandra_scheduler.local import failures
from cassandra_scheduler.local import plan as plans

# It guards nothing: the key is made on this machine, for this machine, and
# lies in a folder only its owner reads. keytool demands some password.
PASSWORD = 'local-cluster'
_VALID_DAYS = '3650'


def keystore(plan: plans.Plan) -> pathlib.Path:
    """Return where the nodes' key and certificate are kept (PKCS12)."""
    return plan.folder / 'tls' / 'keystore.p12'


def certificate(plan: plans.Plan) -> pathlib.Path:
    """Return where a client finds the certificate to trust (PEM)."""
    return plan.folder / 'tls' / 'certificate.pem'


def make(plan: plans.Plan, java: str) -> None:
    """Make the key and the certificate, unless they are there already.

    :param java: the ``java`` whose neighbour ``keytool`` is used
    :raises LocalClusterError: keytool is missing or refuses
    """
    if certificate(plan).exists():
        return
    certificate(plan).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    keystore(plan).unlink(missing_ok=True)
    names = ['ip:' + address for address in plan.addresses]
    _keytool(java, plan, '-genkeypair', '-alias', 'node', '-keyalg', 'RSA',
             '-keysize', '2048', '-validity', _VALID_DAYS,
             '-dname', 'CN=' + plan.name, '-ext', 'san=' + ','.join(names))
    draft = certificate(plan).with_suffix('.part')
    _keytool(java, plan, '-exportcert', '-rfc', '-alias', 'node',
             '-file', str(draft))
    draft.replace(certificate(plan))


def _keytool(java, plan, *arguments):
    tool = pathlib.Path(java).resolve().with_name('keytool')
    command = [str(tool), *arguments, '-storetype', 'PKCS12', '-keystore',
               str(keystore(plan)), '-storepass', PASSWORD]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        raise failures.LocalClusterError(
            'TLS needs keytool, which is not beside %s: install '
            'openjdk-17-jre-headless' % java)
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()
        raise failures.LocalClusterError(
            'keytool could not make a certificate: %s'
            % (said[0] if said else 'exit status %d' % done.returncode))
