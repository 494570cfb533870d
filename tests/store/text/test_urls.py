"""Cases 66 to 69, 79 and 87: which URLs are accepted, and when two URLs are the same article."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from store.model.errors import UrlRejected
from store.text.urls import (
    MAX_URL_CHARS,
    canonicalize_link,
    canonicalize_url,
    extract_host,
    is_deceptive_url,
    make_link_key,
    make_page_id,
    make_url_id,
    validate_url,
)

ONE_ARGUMENT = re.compile(r"https?://[A-Za-z0-9._~:/?#@!&*+,=%\[\]-]+")
"""What RFC 3986 allows, without quotes, `$`, `;` and parentheses."""

REJECTED = [
    ("file:///etc/passwd", 'only http and https links (this is "file:")'),
    ("FILE:///etc/passwd", 'only http and https links (this is "file:")'),
    ("javascript:alert(1)", 'only http and https links (this is "javascript:")'),
    ("data:text/html,<script>", 'only http and https links (this is "data:")'),
    ("ssh://host/", 'only http and https links (this is "ssh:")'),
    ("vscode://file/x", 'only http and https links (this is "vscode:")'),
    ("mailto:a@b.example", 'only http and https links (this is "mailto:")'),
    ("view-source:http://a.example/", 'only http and https links (this is "view-source:")'),
    ("httpx://a.example/", 'only http and https links (this is "httpx:")'),
    ("a" * 90 + ":x", f'only http and https links (this is "{"a" * 20}")'),
    ("www.example.com/a", "only http and https links (this has no scheme)"),
    ("/relative/path", "only http and https links (this has no scheme)"),
    ("//host/path", "only http and https links (this has no scheme)"),
    ("../../etc/passwd", "only http and https links (this has no scheme)"),
    ("", "only http and https links (this has no scheme)"),
    (" \n ", "only http and https links (this has no scheme)"),
    ("--version", "only http and https links (this has no scheme)"),
    ("-http://a.example/", "only http and https links (this has no scheme)"),
    ("%action:http://a.example/", "only http and https links (this has no scheme)"),
    ("\u200bhttp://a.example/", "only http and https links (this has no scheme)"),
    ("http:", "the link has no host"),
    ("http://", "the link has no host"),
    ("http:///path", "the link has no host"),
    ("http:a.example", "the link has no host"),
    ("http:/a.example", "the link has no host"),
    ("http://user@/", "the link has no host"),
    ("http://:80/", "the link has no host"),
    ("http:\\\\a.example", "the link has no host"),
    ("http://a.example\r\nHost: b.example", "the link contains control characters"),
    ("http://a.example/\x1b]52;c;AAAA\x07", "the link contains control characters"),
    ("http://a.example/\x9b31m", "the link contains control characters"),
    ("ht\ttp://a.example/", "the link contains control characters"),
    ("http://a.example/\x00", "the link contains control characters"),
    ("http://a.example/\ud800", "the link contains control characters"),
    ("http://a b.example/", "the host of the link is invalid"),
    ("http://a.example\\@b.example/", "the host of the link is invalid"),
    ("http://a.example\\path", "the host of the link is invalid"),
    ("http://a.example%2F@b.example%2F/", "the host of the link is invalid"),
    ("http://a.example;b/", "the host of the link is invalid"),
    ("http://$(id).example/", "the host of the link is invalid"),
    ("http://`id`.example/", "the host of the link is invalid"),
    ("http://a%0ab.example/", "the host of the link is invalid"),
    ("http://%ff.example/", "the host of the link is invalid"),
    ("http://\u2100.example/", "the host of the link is invalid"),
    ("http://a..example/", "the host of the link is invalid"),
    ("http://.example/", "the host of the link is invalid"),
    ("http://a.example:port/", "the host of the link is invalid"),
    ("http://a.example:99999/", "the host of the link is invalid"),
    ("http://a.example:80:80/", "the host of the link is invalid"),
    ("http://[::1/", "the host of the link is invalid"),
    ("http://[::1]evil/", "the host of the link is invalid"),
    ("http://x[::1]/", "the host of the link is invalid"),
    ("http://[fe80::1%25eth0]/", "the host of the link is invalid"),
    ("http://[zz]/", "the host of the link is invalid"),
    ("http://" + "a" * 254 + "/", "the host of the link is invalid"),
    ("http://a.example/" + "x" * MAX_URL_CHARS, "the link is longer than 2,000 characters"),
    ("http://a.example/" + "日" * 300, "the link is longer than 2,000 characters"),
]


@pytest.mark.parametrize(("url", "reason"), REJECTED)
def test_rejected(url: str, reason: str) -> None:
    """Cases 66, 67, 69, 87: with the reason."""
    with pytest.raises(UrlRejected) as caught:
        validate_url(url)
    assert str(caught.value) == reason


ACCEPTED = [
    ("http://a.example", "http://a.example"),
    ("HTTPS://A.Example/Path?Q=1#F", "https://a.example/Path?Q=1#F"),
    ("  https://a.example/\n", "https://a.example/"),
    ("http://a.example:8080/x", "http://a.example:8080/x"),
    ("http://a.example/a b\xa0c", "http://a.example/a%20b%C2%A0c"),
    ("http://a.example/--x", "http://a.example/--x"),
    ("http://a.example/%2F%2f%41", "http://a.example/%2F%2f%41"),
    ("http://a.example/100%/%zz%", "http://a.example/100%25/%25zz%25"),
    ("http://a.example/\"';`", "http://a.example/%22%27%3B%60"),
    ("http://a.example/$(touch x)${y}", "http://a.example/%24%28touch%20x%29%24%7By%7D"),
    ("http://a.example/<>|^\\[]", "http://a.example/%3C%3E%7C%5E%5C%5B%5D"),
    ("http://a.example/?a=';id;'&b=$(id)", "http://a.example/?a=%27%3Bid%3B%27&b=%24%28id%29"),
    ("http://a.example/a&b?c&d=1", "http://a.example/a%26b?c&d=1"),
    ("http://a.example/#'x';(y)", "http://a.example/#%27x%27%3B%28y%29"),
    ("http://a.example/%action", "http://a.example/%ACtion"),
    ("http://a.example/日?q=é", "http://a.example/%E6%97%A5?q=%C3%A9"),
    ("http://a.example/\u202egpj", "http://a.example/%E2%80%AEgpj"),
    ("http://bücher.example/", "http://xn--bcher-kva.example/"),
    ("http://u:p$w;@a.example/", "http://u:p%24w%3B@a.example/"),
    ("http://[::1]:8080/", "http://[::1]:8080/"),
]


@pytest.mark.parametrize(("url", "expected"), ACCEPTED)
def test_accepted(url: str, expected: str) -> None:
    """Cases 64, 67, 68: the result is one argument, even for a shell."""
    assert validate_url(url) == expected
    assert ONE_ARGUMENT.fullmatch(expected)


def test_longest_url() -> None:
    """Case 69: 2,000 characters are accepted."""
    url = "http://a.example/".ljust(MAX_URL_CHARS, "x")
    assert validate_url(url) == url


HOSTS = [
    ("https://bank.example@evil.example/login", "evil.example", True),
    ("https://bank.example:443@evil.example/", "evil.example", True),
    ("https://bank.example%40x@evil.example/", "evil.example", True),
    ("https://a@b@evil.example/", "evil.example", True),
    ("https://www.Example.COM:8443/x@y", "www.example.com", False),
    ("https://\u0440\u0430ypal.example/", "xn--ypal-43d9g.example", True),
    ("https://xn--ypal-43d9g.example/", "xn--ypal-43d9g.example", True),
    ("https://BÜCHER.example/", "xn--bcher-kva.example", True),
    ("https://straße.example/", "xn--strae-oqa.example", True),
    ("https://日本\u3002example/", "xn--wgv71a.example", True),
    ("https://ｅｘａｍｐｌｅ．ｃｏｍ/", "example.com", False),
    ("https://ex%61mple.com/", "example.com", False),
    ("https://exam\xadple.com/", "example.com", False),
    ("https://[2001:DB8:0:0::1]/", "[2001:db8::1]", False),
    ("file://host/", "", False),
    ("no url", "", False),
]


@pytest.mark.parametrize(("url", "host", "deceptive"), HOSTS)
def test_real_host(url: str, host: str, deceptive: bool) -> None:
    """Case 69: the host that is shown is the one that is contacted."""
    assert extract_host(url) == host
    assert is_deceptive_url(url) is deceptive


SAME = [
    ("http://Example.COM", "http://example.com/"),
    ("http://example.com:80/", "http://example.com/"),
    ("https://example.com:443/", "https://example.com/"),
    ("https://example.com:0443/", "https://example.com/"),
    ("http://example.com:443/", "http://example.com:443/"),
    ("http://example.com/a#top", "http://example.com/a"),
    ("http://example.com/#!/route/'1'", "http://example.com/#!/route/%271%27"),
    ("http://example.com/?", "http://example.com/"),
    ("http://example.com?a=1", "http://example.com/?a=1"),
    ("http://example.com/?b=2&a=1&&b=3&", "http://example.com/?b=2&a=1&b=3"),
    ("http://example.com/?utm_source=x&id=1&UTM_Medium=y", "http://example.com/?id=1"),
    ("http://example.com/?fbclid=1&gclid=2&mc_cid=3&mc_eid=4", "http://example.com/"),
    ("http://example.com/?ref_src=a&igshid&utm%5fterm=1", "http://example.com/"),
    ("http://example.com/?ref=a&source=b", "http://example.com/?ref=a&source=b"),
    ("http://example.com/?mtm_campaign=a&pk_kwd=b&hsa_ad=1&at_link_id=3", "http://example.com/"),
    ("http://example.com/?ref=RSS&source=feed&id=1&from=atom", "http://example.com/?id=1"),
    ("http://example.com/?pk_id=1&at=2&feed=rss2", "http://example.com/?pk_id=1&at=2&feed=rss2"),
    ("http://example.com/a/./b/../c", "http://example.com/a/c"),
    ("http://example.com/../../a/..", "http://example.com/"),
    ("http://example.com/a/%2e%2E/b/.", "http://example.com/b/"),
    ("http://example.com/a//b/", "http://example.com/a//b/"),
    ("http://example.com/%7euser/%c3%a9/é", "http://example.com/~user/%C3%A9/%C3%A9"),
    ("http://example.com/%%34%31", "http://example.com/%2541"),
    ("http://example.com/a%2Fb (c)", "http://example.com/a%2Fb%20%28c%29"),
    ("http://bücher.example/", "http://xn--bcher-kva.example/"),
    ("http://u%3a@example.com/", "http://u%3A@example.com/"),
    ("  http://example.com/ \n", "http://example.com/"),
    (" mailto:A@b.example ", "mailto:A@b.example"),
    ("http://exa mple.com/#x", "http://exa mple.com/#x"),
    ("http://[::1", "http://[::1"),
    ("", ""),
]


@pytest.mark.parametrize(("url", "expected"), SAME)
def test_canonical(url: str, expected: str) -> None:
    """Case 96: one article has one form of its URL; ids on disk are made from these."""
    assert canonicalize_url(url) == expected
    assert canonicalize_url(expected) == expected


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("v1", "#v1"),
        ("/route/2", "#/route/2"),
        ("/route?a=1&b=2", "#/route?a=1&b=2"),
        ("!route", "#!route"),
        ("a b", "#a%20b"),
        ("%7eann", "#~ann"),
        ("a#b", "#a%23b"),
        ("", ""),
        ("utm_source=rss&utm_medium=feed", ""),
        ("UTM_Source=rss", ""),
        ("xtor=RSS-1-[1]", ""),
        ("Echobox=17171", ""),
        ("ftag=CAD", ""),
        ("at_medium=x", ""),
        ("mtm_campaign=x", ""),
        ("v1&utm_source=rss", "#v1"),
        (":~:text=some%20words", ""),
        ("v1:~:text=some,words", "#v1"),
        ("utm_source", "#utm_source"),
    ],
)
def test_fragments_of_links(fragment: str, expected: str) -> None:
    """Case 96: a fragment names an article, unless it only tracks or highlights."""
    for scheme in ("http", "https"):
        link = canonicalize_link(f"{scheme}://Example.com/a?utm_source=x#{fragment}")
        assert link == f"{scheme}://example.com/a{expected}"
        assert canonicalize_link(link) == link
        assert make_link_key(link) == f"example.com/a{expected}"
    assert (make_url_id(link) == make_page_id(link)) == (expected in ("", "#!route"))


def test_long_urls_are_canonicalized_too() -> None:
    """Case 96: a URL too long to open still loses its tracking parameters."""
    assert canonicalize_url("http://example.com/?utm_x=" + "y" * 3000) == "http://example.com/"


rest_of_url = st.text(st.sampled_from("ab.%2eE5Fé日:@/?#[]!$&'()*+,;=\\ \"<>^`{|}\xad\u200b-_~"))


@settings(max_examples=150)
@given(st.sampled_from(["http://", "https://a.example/", "http://a.example/?"]), rest_of_url)
@example("http://a.example/", "%%34%31/..;/%2e%2e")
def test_validation_and_canonical_form_agree(start: str, rest: str) -> None:
    """Cases 67, 68: both are idempotent, and validation does not change the canonical form."""
    form, link = canonicalize_url(start + rest), canonicalize_link(start + rest)
    assert canonicalize_url(form) == form
    assert canonicalize_link(link) == link
    try:
        checked = validate_url(start + rest)
    except UrlRejected:
        return
    assert ONE_ARGUMENT.fullmatch(checked)
    assert validate_url(checked) == checked
    assert canonicalize_url(checked) == form
    assert extract_host(checked) == extract_host(start + rest) != ""


@settings(max_examples=150)
@given(st.text(st.characters(exclude_categories=())))
def test_any_text(text: str) -> None:
    """Case 66: only `UrlRejected` is ever raised."""
    assert canonicalize_url(text) == canonicalize_url(canonicalize_url(text))
    assert extract_host(text) == extract_host(text.strip())
    with suppress(UrlRejected):
        assert ONE_ARGUMENT.fullmatch(validate_url("http://" + text))
