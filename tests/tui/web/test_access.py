"""Who may use `newstui serve`, request by request."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from tui.web.access import Access, Headers, StaticFile

PAGE = StaticFile("text/html; charset=utf-8", b"<p>the page")
SCRIPT = StaticFile("text/javascript; charset=utf-8", b"go()")
ACCESS = Access(
    4321,
    {"index.html": PAGE, "client.mjs": SCRIPT},
    token="T0ken",
    cookie="C00kie",
    folder="f0lder",
)
HOST = {"host": ["127.0.0.1:4321"]}
SIGNED = {**HOST, "cookie": ["newstui=C00kie"]}
OWN = {**SIGNED, "origin": ["http://127.0.0.1:4321"]}
LOCAL = {"host": ["localhost:4321"], "cookie": ["newstui=C00kie"]}


@pytest.mark.parametrize(
    ("target", "headers", "expected"),
    [
        # another site whose name leads here, and a request that hides where it goes
        ("/?token=T0ken", {"host": ["evil.example:4321"]}, "421 unknown host"),
        ("/?token=T0ken", {"host": ["127.0.0.1"]}, "421 unknown host"),
        ("/?token=T0ken", {"host": ["127.0.0.1:4321", "127.0.0.1:4321"]}, "421 unknown host"),
        ("/?token=T0ken", {}, "421 unknown host"),
        # the token, which is exchanged for a cookie
        ("/?token=T0ken", HOST, "303 "),
        ("/?token=T0ken", {"host": ["localhost:4321"]}, "303 "),
        ("/", HOST, "403 Open the link"),
        ("/?token=", HOST, "403 Open the link"),
        ("/?token=T0kem", HOST, "403 Open the link"),
        ("/?token=T0ken2", HOST, "403 Open the link"),
        ("/?token=T0ken&token=T0ken", HOST, "403 Open the link"),
        ("/?token=%ff%fe", HOST, "403 Open the link"),
        ("/", SIGNED, "403 Open the link"),
        ("//[f0lder/", SIGNED, "404 not found"),
        # the page, for those who have the cookie and know the folder
        ("/f0lder/", SIGNED, "200 <p>the page"),
        ("/f0lder/client.mjs", SIGNED, "200 go()"),
        ("/f0lder/client.mjs?x", SIGNED, "200 go()"),
        ("/f0lder/", HOST, "403 Open the link"),
        ("/f0lder/?token=T0ken", HOST, "403 Open the link"),
        ("/f0lder/", {**HOST, "cookie": ["newstui=C00kif"]}, "403 Open the link"),
        ("/f0lder/", {**HOST, "cookie": ["other=1; newstui=C00kie"]}, "200 <p>the page"),
        ("/f0lder/", {**HOST, "cookie": ["a=1", "newstui=C00kie"]}, "200 <p>the page"),
        ("/f0lder/", {**HOST, "cookie": ["\x00;=;;"]}, "403 Open the link"),
        ("/f0lder/", {**HOST, "cookie": ["newstui="]}, "403 Open the link"),
        ("/f0ldes/", SIGNED, "404 not found"),
        ("/client.mjs", SIGNED, "404 not found"),
        ("//f0lder/", SIGNED, "403 Open the link"),
        ("/f0lder/nothing", SIGNED, "404 not found"),
        ("/f0lder/../access.py", SIGNED, "404 not found"),
        ("/f0lder/%2e%2e/access.py", SIGNED, "404 not found"),
        ("http://127.0.0.1:4321/f0lder/", SIGNED, "200 <p>the page"),
        # the terminal, for our own page alone
        ("/f0lder/terminal", OWN, "terminal"),
        ("/f0lder/terminal", {**LOCAL, "origin": ["http://localhost:4321"]}, "terminal"),
        ("/f0lder/terminal", {**LOCAL, "origin": ["http://127.0.0.1:4321"]}, "403 unknown origin"),
        ("/f0lder/terminal", SIGNED, "403 unknown origin"),
        ("/f0lder/terminal", {**OWN, "origin": ["null"]}, "403 unknown origin"),
        ("/f0lder/terminal", {**OWN, "origin": ["http://127.0.0.1:99"]}, "403 unknown origin"),
        ("/f0lder/terminal", {**OWN, "origin": ["https://127.0.0.1:4321"]}, "403 unknown origin"),
        ("/f0lder/terminal", {**OWN, "origin": ["http://evil.example"]}, "403 unknown origin"),
        ("/f0lder/terminal", {**OWN, "cookie": []}, "403 Open the link"),
        ("/terminal", OWN, "404 not found"),
    ],
)
def test_what_a_request_gets(target: str, headers: Headers, expected: str) -> None:
    reply = ACCESS.answer(target, headers)
    found = f"{reply.status.value} {reply.body.decode()}" if reply else "terminal"
    assert found.startswith(expected)
    if reply and reply.status is not HTTPStatus.OK:
        assert "page" not in found


def test_the_token_gives_a_cookie_for_the_folder_alone() -> None:
    reply = ACCESS.answer("/?token=T0ken", HOST)
    assert reply is not None
    assert reply.headers["Location"] == "/f0lder/"
    assert reply.headers["Set-Cookie"] == (
        "newstui=C00kie; Path=/f0lder/; HttpOnly; SameSite=Strict"
    )


@pytest.mark.parametrize("target", ["/f0lder/", "/?token=T0ken", "/", "/nothing"])
def test_every_answer_keeps_the_page_to_itself(target: str) -> None:
    reply = ACCESS.answer(target, SIGNED)
    assert reply is not None
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    policy = dict(
        each.strip().split(" ", 1) for each in reply.headers["Content-Security-Policy"].split(";")
    )
    assert policy.pop("connect-src").startswith("ws://127.0.0.1")
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


def test_every_server_has_secrets_of_its_own() -> None:
    first, second = Access(1, {}), Access(1, {})
    secrets = {
        *(first.token, first.cookie, first.folder),
        *(second.token, second.cookie, second.folder),
    }
    assert len(secrets) == 6
    assert min(map(len, secrets)) == 43
    assert first.link == f"http://127.0.0.1:1/?token={first.token}"
