"""Modules are imported without OpenSSL, which is there for what imports it later."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

PROGRAM = """
import json, sys
from store.system import openssl
from store.system.openssl import OPENSSL_MODULES, without_openssl

if sys.argv[1] == "incomplete":
    openssl.OWN_HASH_MODULES = ("_no_such_module",)
with without_openssl():
    import asyncio, hashlib
found = [name for name in OPENSSL_MODULES if name in sys.modules]
hashes = [hashlib.new(name, b"news").hexdigest() for name in ("sha256", "blake2b", "sha1")]
import ssl
ssl.create_default_context()
print(json.dumps([found, hashes, asyncio.run(asyncio.sleep(0, "done"))]))
"""
DATABASE_PROGRAM = """
import json, sys
import store.postgres, psycopg
found = [name for name in ("ssl", "_ssl") if name in sys.modules]
import ssl
ssl.create_default_context()
print(json.dumps([found, psycopg.pq.version() > 0]))
"""
SHA256 = "19fba0e995b9794fc2c26217bf3b725c2f0d9eeda16719fe75e3ba23ca73bfc4"
SHA1 = "3c6bdcddc94f64bf77deb306aae490a90a6fc300"
BLAKE2B_START = "18eb7bcf1078f7355a1a1b842dd5714c"
"""The hashes of `news`, as sha256sum, sha1sum and b2sum print them."""


@pytest.mark.parametrize(
    ("hashes", "expected"), [("complete", []), ("incomplete", ["ssl", "_hashlib"])]
)
def test_modules_without_openssl(hashes: str, expected: list[str]) -> None:
    """Where `hashlib` cannot do without it, it is left alone."""
    output = subprocess.check_output([sys.executable, "-c", PROGRAM, hashes])
    found, digests, result = json.loads(output)
    assert found == expected
    assert (digests[0], digests[1][:32], digests[2]) == (SHA256, BLAKE2B_START, SHA1)
    assert result == "done"


def test_psycopg_is_imported_without_openssl() -> None:
    pytest.importorskip("psycopg")
    output = subprocess.check_output([sys.executable, "-c", DATABASE_PROGRAM])
    assert json.loads(output) == [[], True]
