"""URLs from outside: one form to compare them by, and the gate they pass before they are opened.

A URL is taken apart here and nowhere else, and what the gate returns is put together from those
parts, in ASCII: so the host that is shown is the host that is opened.

Sources: RFC 3986 (sections 3, 5.2.4 and 6.2), RFC 3492 (punycode).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import IPv6Address
from urllib.parse import quote, unquote, urljoin, urlsplit

from store.model.errors import UrlRejected
from store.text.clean import clean_line

MAX_URL_CHARS = 2000
"""Characters of a URL that is opened; browsers and servers promise no more."""

TRACKING_PARAMETERS = frozenset(
    [
        "_ga",
        "_gl",
        "_hsenc",
        "_hsmi",
        "at_campaign",
        "at_medium",
        "dclid",
        "fbclid",
        "gbraid",
        "gclid",
        "gclsrc",
        "igsh",
        "igshid",
        "mc_cid",
        "mc_eid",
        "mkt_tok",
        "msclkid",
        "ns_campaign",
        "ns_mchannel",
        "oly_anon_id",
        "oly_enc_id",
        "ref_src",
        "ref_url",
        "ttclid",
        "twclid",
        "vero_id",
        "wbraid",
        "yclid",
    ]
)
"""Parameters that say how a reader came to a page, never which page it is; `utm_*` besides.

Ids of articles are made from canonical URLs: a name added here gives articles a second id."""

DEFAULT_PORTS = {"http": "80", "https": "443"}

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_AUTHORITY = re.compile(
    r"(?:(?P<user>[^\\]*)@)?(?P<host>\[[0-9A-Fa-f:.]*\]|[^\\@:\[\]]*)(?::(?P<port>[0-9]{0,5}))?"
)
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?")
_UNESCAPED_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_NOT_TO_ENCODE = re.compile(r"[A-Za-z0-9._~/-]*")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")

# What RFC 3986 allows in each place, less what a shell gives a meaning within a word. A query
# needs its `&`: what separates parameters cannot be written in another way.
_SAFE_IN_USER = "!*+,=:%"
_SAFE_IN_PATH = _SAFE_IN_USER + "/@"
_SAFE_IN_QUERY = _SAFE_IN_PATH + "?&"


@dataclass(frozen=True, slots=True)
class _UrlParts:
    """An http or https URL taken apart; the host in ASCII, the rest as it was written."""

    scheme: str
    user: str
    host: str
    port: str
    path: str
    query: str
    fragment: str


def canonicalize_url(url: str) -> str:
    """The form by which two machines agree that two URLs are the same article.

    Returns:
        The URL without default port, fragment (but `#!` routes) and tracking parameters, with
        escapes and dot segments resolved; parameters keep their order. What is no http or https
        URL comes back stripped.
    """
    try:
        parts = _split_url(url)
    except UrlRejected:
        return url.strip()
    fields = _normalize_escapes(parts.query, _SAFE_IN_QUERY).split("&")
    return _join_url(
        replace(
            parts,
            user=_normalize_escapes(parts.user, _SAFE_IN_USER),
            port="" if parts.port == DEFAULT_PORTS[parts.scheme] else parts.port,
            path=_remove_dot_segments(_normalize_escapes(parts.path, _SAFE_IN_PATH)),
            query="&".join(
                field for field in fields if field and not _is_tracking_parameter(field)
            ),
            fragment=parts.fragment if parts.fragment.startswith("!") else "",
        )
    )


def validate_url(text: str) -> str:
    """The URL as it may be given to a program as one argument.

    Returns:
        A URL that starts with `http://` or `https://`, and in which blanks, quotes, brackets and
        whatever else RFC 3986 does not allow, or a shell would read, are percent-encoded.

    Raises:
        UrlRefused: It has another scheme or no host, is too long, or cannot be read in one way.
    """
    # Python's webbrowser module replaces this word wherever it stands in an argument
    url = _join_url(_split_url(text)).replace("%action", "%ACtion")
    if len(url) > MAX_URL_CHARS:
        raise UrlRejected(f"the link is longer than {MAX_URL_CHARS:,} characters")
    return url


def extract_host(url: str) -> str:
    """The host that the URL really leads to, in ASCII; empty if it is no http or https URL."""
    try:
        return _split_url(url).host
    except UrlRejected:
        return ""


def is_deceptive_url(url: str) -> bool:
    """Whether the URL may seem to lead elsewhere: by a user name, or by letters that look alike."""
    try:
        parts = _split_url(url)
    except UrlRejected:
        return False
    return bool(parts.user) or "xn--" in parts.host


def _split_url(text: str) -> _UrlParts:
    url = text.strip()
    if _CONTROL.search(url):
        raise UrlRejected("the link holds control characters")
    found = _SCHEME.match(url)
    scheme = found[0].lower() if found else ""
    if scheme not in ("http:", "https:"):
        what = f'this is "{scheme[:20]}"' if scheme else "this has no scheme"
        raise UrlRejected(f"only http and https links ({what})")
    try:
        split = urlsplit(url)
        user, host, port = _split_authority(split.netloc)
    except ValueError:
        raise UrlRejected("the link's host cannot be read") from None
    if not host:
        raise UrlRejected("the link has no host")
    return _UrlParts(split.scheme, user, host, port, split.path, split.query, split.fragment)


def _split_authority(text: str) -> tuple[str, str, str]:
    """User, host in ASCII (or nothing) and port; browsers and we must read them alike.

    Raises:
        ValueError: They might not, as with a backslash, which some take for a slash.
    """
    found = _AUTHORITY.fullmatch(text)
    if not found or int(found["port"] or 0) > 65535:
        raise ValueError(text)
    port = str(int(found["port"])) if found["port"] else ""
    return found["user"] or "", _host_to_ascii(found["host"]), port


@lru_cache(1024)
def _host_to_ascii(host: str) -> str:
    if host.startswith("["):
        return f"[{IPv6Address(host[1:-1])}]"
    labels = _normalize_host(unquote(host, errors="strict")).replace("\u3002", ".").split(".")
    name = ".".join(map(_label_to_ascii, labels))
    if name and not _HOST.fullmatch(name):
        raise ValueError(host)
    return name


def _normalize_host(host: str) -> str:
    """A host name as it is registered: no capitals, no invisible or compatibility characters.

    This is what UTS #46 does for letters in use. The `idna` codec of Python follows an older rule
    by which straße.de is the host strasse.de, somebody else's.
    """
    lower = "".join(map(str.lower, unicodedata.normalize("NFKC", clean_line(host))))
    return unicodedata.normalize("NFKC", lower)


def _label_to_ascii(label: str) -> str:
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")


def _join_url(parts: _UrlParts) -> str:
    user = f"{_percent_encode(parts.user, _SAFE_IN_USER)}@" if parts.user else ""
    port = f":{parts.port}" if parts.port else ""
    query = f"?{_percent_encode(parts.query, _SAFE_IN_QUERY)}" if parts.query else ""
    fragment = f"#{_percent_encode(parts.fragment, _SAFE_IN_QUERY)}" if parts.fragment else ""
    path = _percent_encode(parts.path, _SAFE_IN_PATH)
    return f"{parts.scheme}://{user}{parts.host}{port}{path}{query}{fragment}"


def _percent_encode(text: str, safe: str) -> str:
    """Percent-encoded; escapes that are there stay, a percent sign that is none is encoded."""
    if _NOT_TO_ENCODE.fullmatch(text):  # as nearly all are
        return text
    return quote(_UNESCAPED_PERCENT.sub("%25", text), safe=safe)


def _normalize_escapes(text: str, safe: str) -> str:
    """Escapes of characters that need none resolved, the others in capitals (RFC 3986, 6.2.2)."""
    encoded = _percent_encode(text, safe)
    return _ESCAPE.sub(_normalize_escape, encoded) if "%" in encoded else encoded


def _normalize_escape(found: re.Match[str]) -> str:
    char = chr(int(found[0][1:], 16))
    return char if _UNRESERVED.match(char) else found[0].upper()


def _remove_dot_segments(path: str) -> str:
    """The path with `.` and `..` resolved (RFC 3986, 5.2.4); at least a slash."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _is_tracking_parameter(field: str) -> bool:
    name = field.partition("=")[0].lower()
    return name.startswith("utm_") or name in TRACKING_PARAMETERS


def resolve_web_url(link: str, base: str) -> str:
    """A link as an absolute URL; empty if it does not lead to the web."""
    try:
        url = urljoin(base, link.strip()) if link.strip() else ""
    except ValueError:
        return ""
    return url if url[:8].lower().startswith(("http://", "https://")) else ""
