"""Make what the services of compose.yaml need before any of them starts: secrets and certificates.

It runs first at each start, in a container without a network. What is there stays; what is
missing is made by chance; a certificate that ends within 60 days or is for another name is made
anew. Each folder is a volume that the services it is for mount, and nobody else.
"""

import datetime as dt
import hashlib
import os
import secrets
import sys
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT, POSTGRES, REDIS, PROXY, PROMETHEUS, GRAFANA = 0, 999, 999, 101, 65534, 472
APP = 10001
OWNERS = {
    "authority": (ROOT, ROOT),
    "app": (APP, APP),
    "live": (APP, APP),
    "broker": (APP, APP),
    "postgres": (POSTGRES, POSTGRES),
    "redis": (REDIS, REDIS),
    "proxy": (PROXY, PROXY),
    "prometheus": (PROMETHEUS, PROMETHEUS),
    "grafana": (APP, GRAFANA),
}
"""Users of the images, by the folder of secrets that is theirs; compose.yaml names the same."""
DATA = ("data", "keyring", "models", "broker-data", "mlflow-data", "airflow-data")
"""Volumes that programs without root write; those of other images belong to their users already."""
CERTIFICATE_DAYS, RENEW_DAYS, AUTHORITY_DAYS = 397, 60, 3650
WORKER = "ahorraluz-live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """What signs certificates."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def write(path: Path, content: bytes | str, *, mode: int = 0o400) -> None:
    """Write a file whole or not at all, for the owner of its folder."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
    owner = path.parent.stat()
    if os.geteuid() == 0:
        os.chown(part, owner.st_uid, owner.st_gid)
    part.chmod(mode)
    part.replace(path)


def secret(path: Path, *, mode: int = 0o400) -> str:
    """Return the secret of a file; one that is not there is made."""
    if not path.exists():
        write(path, secrets.token_urlsafe(32), mode=mode)
    return path.read_text("ascii")


def now() -> dt.datetime:
    """Return the moment, for the dates of certificates."""
    return dt.datetime.now(tz=dt.UTC)  # noqa: TID251  a program of its own, with no door before it


def pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a key as its file holds it."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def builder(name: str, *, days: int, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    """Return a certificate to be, from an hour ago on: clocks are not all right."""
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - dt.timedelta(hours=1))
        .not_valid_after(now() + dt.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def authority(folder: Path) -> Authority:
    """Return the authority of this machine; its key leaves its folder never."""
    key_file, file = folder / "ca.key", folder / "ca.crt"
    if key_file.exists() and file.exists():
        key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101  made below
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
        if certificate.not_valid_after_utc > now() + dt.timedelta(days=CERTIFICATE_DAYS):
            return Authority(key=key, certificate=certificate)
    key = ec.generate_private_key(ec.SECP256R1())
    made = builder("AhorraLuz of this machine", days=AUTHORITY_DAYS, key=key)
    certificate = (
        made.issuer_name(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "AhorraLuz of this machine")])
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage(signs=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    write(key_file, pem(key))
    write(file, certificate.public_bytes(serialization.Encoding.PEM), mode=0o444)
    return Authority(key=key, certificate=certificate)


def usage(*, signs: bool) -> x509.KeyUsage:
    """Return what a key is for: signing certificates, or speaking TLS."""
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def certificate(folder: Path, names: list[str], by: Authority) -> None:
    """Have a folder hold a certificate of a server that is good for long enough."""
    file = folder / "server.crt"
    ca = by.certificate.public_bytes(serialization.Encoding.PEM)
    if file.exists() and (folder / "server.key").exists() and good(file, names, by):
        return
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        builder(names[0], days=CERTIFICATE_DAYS, key=key)
        .issuer_name(by.certificate.subject)
        .add_extension(
            x509.SubjectAlternativeName([general(name) for name in names]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), critical=False
        )
        .sign(by.key, hashes.SHA256())
    )
    write(folder / "server.key", pem(key))
    write(file, made.public_bytes(serialization.Encoding.PEM), mode=0o444)
    write(folder / "ca.crt", ca, mode=0o444)


def general(name: str) -> x509.GeneralName:
    """Return a name or an address as certificates hold it."""
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def good(file: Path, names: list[str], by: Authority) -> bool:
    """Tell whether a certificate is ours, for these names, and good for long enough."""
    held = x509.load_pem_x509_certificate(file.read_bytes())
    said = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    own = held.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    return (
        set(said) == {general(name) for name in names}
        and own.key_identifier
        == x509.SubjectKeyIdentifier.from_public_key(by.key.public_key()).digest
        and held.not_valid_after_utc > now() + dt.timedelta(days=RENEW_DAYS)
    )


def prepare(root: Path, *, name: str) -> None:
    """Make what is missing in the volumes below a folder.

    Parameters
    ----------
    root
        Folder of the volumes, each by its name.
    name
        Name or address by which people and devices reach this machine.
    """
    for folder in (*OWNERS, *DATA):
        owner = OWNERS.get(folder, (APP, APP))
        place = root / folder
        place.mkdir(exist_ok=True)
        # The group of Grafana reads what the program writes for it.
        place.chmod(0o750 if owner[0] != owner[1] else 0o700)
        if os.geteuid() == 0:
            os.chown(place, *owner)
    by = authority(root / "authority")
    ca = by.certificate.public_bytes(serialization.Encoding.PEM)
    for folder, names in {
        "postgres": ["postgres"],
        "broker": ["broker", "localhost", name],
        "proxy": [name, "localhost"],
    }.items():
        certificate(root / folder, list(dict.fromkeys(names)), by)
    write(root / "app" / "ca.crt", ca, mode=0o444)
    passwords(root)


def passwords(root: Path) -> None:
    """Make the passwords, and what is said with them."""
    postgres, app, live = root / "postgres", root / "app", root / "live"
    secret(postgres / "admin")
    of_data, of_keys = secret(postgres / "data"), secret(postgres / "keys")
    tls = "sslmode=verify-full&sslrootcert=/run/secrets/app/ca.crt"
    write(app / "database_url", f"postgresql://ahorraluz:{of_data}@postgres/ahorraluz?{tls}")
    write(app / "keys_url", f"postgresql://ahorraluz_keys:{of_keys}@postgres/ahorraluz_keys?{tls}")
    of_queue = secret(root / "redis" / "password")
    said = hashlib.sha256(of_queue.encode()).hexdigest()
    rules = f"user default on #{said} ~* &* +@all -@admin -@dangerous +info\n"
    write(root / "redis" / "users.acl", rules)
    write(app / "queue_url", f"redis://:{of_queue}@redis:6379/0")
    of_worker = secret(live / "password")
    write(live / "broker_url", f"mqtts://{WORKER}:{of_worker}@broker:8883")
    token = secret(app / "metrics_token")
    write(root / "prometheus" / "metrics-token", token)
    secret(root / "grafana" / "admin", mode=0o440)


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), name=os.environ.get("LUZ_NAME") or "localhost")
