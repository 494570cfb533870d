"""Connections over TCP: certificates are verified, and passwords come from where they should."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.model.errors import LibraryUnavailable
from store.postgres.connection import Connection
from tests.support.postgres_server import (
    SETTINGS,
    TEMPLATE,
    PostgresServer,
    find_programs,
    run_postgres,
    server_user,
)

PASSWORD = "s@ p/w"
ENCODED = "s%40%20p%2Fw"


def make_certificate(folder: Path) -> None:
    """Make a certificate for `localhost` that nothing but itself vouches for, and its key."""
    names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    files = ("-keyout", "key.pem", "-out", "certificate.pem")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    subprocess.run(
        [*command, "-nodes", "-days", "3", *names, *files],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    if user := server_user():
        shutil.chown(folder / "key.pem", user)
        shutil.chown(folder / "certificate.pem", user)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server on the loopback with TLS, to which ann connects with a password."""
    programs = find_programs()
    if programs is None or shutil.which("openssl") is None:
        pytest.skip("PostgreSQL or openssl is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    settings = SETTINGS | {"listen_addresses": "127.0.0.1", "port": port}
    with run_postgres(programs, settings=settings) as running:
        make_certificate(running.folder)
        rules = running.folder / "data/pg_hba.conf"
        rules.write_text(f"host all ann 127.0.0.1/32 scram-sha-256\n{rules.read_text()}")
        running.create_role("ann")
        with running.administer() as administrator:
            administrator.execute(
                "set password_encryption = 'scram-sha-256'"
            )  # md5 before version 14
            administrator.execute(f"alter role ann password '{PASSWORD}'")
            for kind, name in (("cert", "certificate.pem"), ("key", "key.pem")):
                path = running.folder / name
                administrator.execute(f"alter system set ssl_{kind}_file = '{path}'")
        switch_tls(running, "on")
        yield running


def switch_tls(server: PostgresServer, switch: str) -> None:
    """Switch TLS on or off, and wait until it is."""
    with server.administer() as administrator:
        administrator.execute(f"alter system set ssl = {switch}")
        administrator.execute("select pg_reload_conf()")
        row = None
        while row != (switch,):
            row = administrator.execute("show ssl").fetchone()


def connect(
    server: PostgresServer,
    host: str = "localhost",
    query: str = "",
    account: str = f"ann:{ENCODED}",
    environ: dict[str, str] | None = None,
    password: str | None = None,
) -> bool:
    """Connect, and return whether the connection is encrypted."""
    query = query.format(folder=server.folder)
    url = f"postgresql://{account}@{host}:{server.port}/{TEMPLATE}?hostaddr=127.0.0.1{query}"
    ask = None if password is None else lambda: str(password)
    connection = Connection(url, "test", environ or {}, ask)
    found = connection.raw.pgconn.ssl_in_use
    connection.close()
    return found


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder without certificates and passwords."""
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


ROOT = "&sslrootcert={folder}/certificate.pem"


@pytest.mark.parametrize(
    ("host", "query", "reason"),
    [
        ("localhost", ROOT, ""),
        ("localhost", "&sslmode=require", ""),
        ("localhost", "", "certificate verify failed"),
        ("other", ROOT, 'server certificate for "localhost" does not match host name "other"'),
        ("other", f"{ROOT}&sslmode=verify-ca", ""),
        ("localhost", "&sslrootcert=/nowhere", 'root certificate file "/nowhere" does not exist'),
    ],
)
def test_certificates_are_verified(
    server: PostgresServer, host: str, query: str, reason: str
) -> None:
    if not reason:
        assert connect(server, host, query)
        return
    with pytest.raises(LibraryUnavailable, match=reason) as raised:
        connect(server, host, query)
    assert "\n" not in str(raised.value)
    assert ENCODED not in str(raised.value)


def test_a_file_of_the_user_vouches_for_a_server(server: PostgresServer, home: Path) -> None:
    (home / ".postgresql").mkdir()
    shutil.copy(server.folder / "certificate.pem", home / ".postgresql/root.crt")
    assert connect(server)
    assert connect(server, environ={"SSL_CERT_FILE": "/nowhere"})


def test_the_file_of_the_system_vouches_for_a_server(server: PostgresServer) -> None:
    assert connect(server, environ={"SSL_CERT_FILE": f"{server.folder}/certificate.pem"})


def test_a_server_without_tls(server: PostgresServer) -> None:
    switch_tls(server, "off")
    try:
        with pytest.raises(LibraryUnavailable, match="server does not support SSL"):
            connect(server)
        assert not connect(server, query="&sslmode=disable")
    finally:
        switch_tls(server, "on")


def test_passwords(server: PostgresServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert connect(server, query=ROOT, account="ann", password=PASSWORD)
    wrong = 'password authentication failed for user "ann"'
    with pytest.raises(LibraryUnavailable, match=wrong):
        connect(server, query=ROOT, account="ann", password="wrong")
    with pytest.raises(LibraryUnavailable, match="no password supplied"):
        connect(server, query=ROOT, account="ann")
    line = f"*:*:*:ann:{PASSWORD}\n"
    (home / ".pgpass").write_text(line)
    (home / ".pgpass").chmod(0o600)
    assert connect(server, query=ROOT, account="ann")
    (home / ".pgpass").rename(home / "elsewhere")
    monkeypatch.setenv("PGPASSFILE", str(home / "elsewhere"))
    assert connect(server, query=ROOT, account="ann")


def test_no_rights_to_connect(server: PostgresServer) -> None:
    with server.administer() as administrator:
        administrator.execute(f"revoke connect on database {TEMPLATE} from public")
        try:
            with pytest.raises(LibraryUnavailable, match="permission denied for database"):
                connect(server, query=ROOT)
        finally:
            administrator.execute(f"grant connect on database {TEMPLATE} to public")


def test_a_database_that_is_not_there(server: PostgresServer) -> None:
    with pytest.raises(LibraryUnavailable, match='database "nothing" does not exist'):
        Connection(server.url("nothing"), "test", {})
    with pytest.raises(LibraryUnavailable, match='role "nobody_here" does not exist'):
        Connection(server.url(TEMPLATE, "nobody_here"), "test", {})
