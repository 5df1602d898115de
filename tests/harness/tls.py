"""Certificates made on the spot: a CA and a server certificate for localhost and 127.0.0.1."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Certificates:
    """Paths of PEM files."""

    ca: Path
    server_cert: Path
    server_key: Path
    client_cert: Path
    client_key: Path


def _openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]} failed: {done.stderr}")


def _new_key(path):
    _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)


def make(folder, names="DNS:localhost,IP:127.0.0.1"):
    """Makes a CA, a server certificate for `names` and a client certificate in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    ca, ca_key = folder / "ca.pem", folder / "ca-key.pem"
    _new_key(ca_key)
    _openssl(
        *("req", "-x509", "-new", "-key", ca_key, "-sha256", "-days", "3650", "-out", ca),
        *("-subj", "/CN=tidemark test CA", "-addext", "basicConstraints=critical,CA:TRUE"),
    )
    for who, subject, extension in (
        ("server", "/CN=localhost", f"subjectAltName={names}"),
        ("client", "/CN=tidemark client", "extendedKeyUsage=clientAuth"),
    ):
        key, request, cert, extensions = (folder / f"{who}-{part}.pem" for part in ("key", "req", "cert", "ext"))
        _new_key(key)
        _openssl("req", "-new", "-key", key, "-subj", subject, "-out", request)
        extensions.write_text(extension + "\n", encoding="utf-8")
        _openssl(
            *("x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial", "-days", "3650"),
            *("-sha256", "-extfile", extensions, "-out", cert),
        )
    return Certificates(ca, folder / "server-cert.pem", folder / "server-key.pem", folder / "client-cert.pem",
                        folder / "client-key.pem")
