# SPDX-License-Identifier: Apache-2.0
"""A self-signed certificate for clusters whose clients use TLS."""

import pathlib

from cassandra_scheduler import testbed
from cassandra_scheduler.testbed import cluster_plan
from cassandra_scheduler.testbed import programs

# It protects nothing: the key is made on this machine, for this machine, and
# only its owner can read the folder. keytool demands a password.
PASSWORD = 'local-cluster'
_VALID_DAYS = '3650'


def keystore(plan: cluster_plan.ClusterPlan) -> pathlib.Path:
    """Return the file of the nodes' key and certificate (PKCS12)."""
    return plan.folder / 'tls' / 'keystore.p12'


def certificate(plan: cluster_plan.ClusterPlan) -> pathlib.Path:
    """Return the file of the certificate that clients trust (PEM)."""
    return plan.folder / 'tls' / 'certificate.pem'


def make(plan: cluster_plan.ClusterPlan, java: str) -> None:
    """Make the key and the certificate, unless they exist.

    ``java``: keytool is beside it. Raises TestbedError if keytool is missing
    or refuses.
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
    if not tool.exists():
        raise testbed.TestbedError(
            f'TLS needs keytool, which is not beside {java}: install '
            'openjdk-17-jre-headless')
    programs.run([tool, *arguments, '-storetype', 'PKCS12', '-keystore',
                  keystore(plan), '-storepass', PASSWORD])
