"""URLs from outside: a canonical form to compare them by, and the check they pass before they are opened.

A checked URL is put together again from its parsed parts, in ASCII: so the host that is shown is the host
that is opened.

Sources: RFC 3986 (sections 3, 5.2.4 and 6.2), RFC 3492 (punycode).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from hashlib import sha1
from ipaddress import IPv6Address
from itertools import permutations
from sys import intern
from typing import NamedTuple
from urllib.parse import quote, unquote, urljoin, urlsplit
from uuid import NAMESPACE_URL

from store.model.errors import UrlRejected
from store.text.clean import clean_line

MAX_URL_CHARS = 2000
"""Length of a URL that browsers and servers still promise to handle."""

TRACKING_PARAMETERS = frozenset(
    str.split(
        "_ga _gl _hsenc _hsmi at_campaign at_medium dclid fbclid gbraid gclid gclsrc igsh igshid mc_cid"
        " mc_eid mkt_tok msclkid ns_campaign ns_mchannel oly_anon_id oly_enc_id ref_src ref_url ttclid"
        " twclid vero_id wbraid yclid"
    )
)
"""Parameters that say how a reader came to a page, never which page it is; besides `utm_*`.

The ids of articles were made without these alone: a name added later belongs in `MORE_TRACKING_PARAMETERS`, so
that articles are found under their former ids."""
MORE_TRACKING_PARAMETERS = frozenset(
    str.split(
        "_openstat at_campaign_type at_custom1 at_custom2 at_custom3 at_custom4 at_format at_link_id"
        " at_link_origin at_link_type at_ptr_name at_recipient_id at_send_date cmpid ml_subscriber"
        " ml_subscriber_hash ncid ocid pk_campaign pk_cid pk_content pk_keyword pk_kwd pk_medium pk_source s_cid"
        " smid wt_mc wt_zmc xtor ysclid"
    )
)
TRACKING_PREFIXES = ("hsa_", "matomo_", "mtm_", "piwik_")
ORIGIN_PARAMETERS = frozenset(("cmp", "emc", "from", "partner", "ref", "source", "src", "via"))
FEED_ORIGINS = frozenset(("atom", "feed", "feeds", "rss", "rss-feed", "rss_feed", "rssfeed"))
"""Values of these parameters that only say that a link was in a feed."""

MAX_ORDERED_PARAMETERS = 3
"""Parameters of which all orders are tried; programs that write more have an order of their own."""

DEFAULT_PORTS = {"http": "80", "https": "443"}

TRACKING_FRAGMENTS = frozenset(("echobox", "ftag", "xtor"))
"""Parameters that only track where they are written behind `#`, besides those of a query."""
TEXT_DIRECTIVE = ":~:"
"""Begins the part of a fragment that only scrolls to some words."""

_SITE = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)
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
HIDDEN = "…"
"""Shown in the place of a user name and password."""
# The second form is a password with an unescaped "/", "?" or "#" in it: what stands before is no port.
_CREDENTIALS = re.compile(
    r"(?<=://)(?:[^/?#\s@]*+@(?>(?:[^/?#\s@]*+@)*)|[^/?#\s@:]*+:(?!\d*+[/?#])[^\s@]{0,500}+@)"
)
_BARE_CREDENTIALS = re.compile(r"\A[^/?#\s:@]++:[^\s@]*+@(?=\S*\Z)")
"""The user name and password of a URL that was typed without its scheme."""
_SCHEME_START = re.compile(r"\A\s*[A-Za-z][A-Za-z0-9+.-]*+://")
_FEED_SCHEMES = frozenset({"feed", "feeds", "itpc", "pcast", "podcast", "rss"})
_SCHEMELESS_URL = re.compile(r"www\.[\w-]++(?>(?:\.[\w-]++)+)(?=[/?#:]|\Z)", re.IGNORECASE)
_BARE_FEED_URL = re.compile(r"[\w-]++(?>(?:\.[\w-]++)+)(?::\d++)?(?:[/?#]\S*+)?")

# The characters RFC 3986 allows in each part, less those that mean something to a shell. A query
# keeps its `&`: nothing else separates parameters.
_SAFE_IN_USER = "!*+,=:%"
_SAFE_IN_PATH = _SAFE_IN_USER + "/@"
_SAFE_IN_QUERY = _SAFE_IN_PATH + "?&"


_URL_NAMESPACE = NAMESPACE_URL.bytes
_VARIANTS = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}
"""The first digit of the fourth part of a UUID, by that of the hash."""


class _UrlParts(NamedTuple):
    """The parts of an http or https URL; the host in ASCII, the rest as written."""

    scheme: str
    user: str
    host: str
    port: str
    path: str
    query: str
    fragment: str


def canonicalize_url(url: str) -> str:
    """Return the form by which all machines agree that two URLs are the same article.

    Returns:
        The URL without default port, fragment (except `#!` routes) and tracking parameters, and with
        escapes and dot segments resolved; parameters keep their order. Anything but an http or https
        URL is only stripped of surrounding blanks.
    """
    return _canonicalize_url(url, _is_tracking_parameter)


def _canonicalize_url(url: str, is_tracking: Callable[[str], bool]) -> str:
    try:
        parts = _split_url(url)
    except UrlRejected:
        return url.strip()
    fields = _normalize_escapes(parts.query, _SAFE_IN_QUERY).split("&")
    canonical = parts._replace(
        user=_normalize_escapes(parts.user, _SAFE_IN_USER),
        port="" if parts.port == DEFAULT_PORTS[parts.scheme] else parts.port,
        path=_remove_dot_segments(_normalize_escapes(parts.path, _SAFE_IN_PATH)),
        query="&".join(field for field in fields if field and not is_tracking(field)),
        fragment=parts.fragment if parts.fragment.startswith("!") else "",
    )
    return _join_url(canonical)


def canonicalize_link(url: str) -> str:
    """Return the canonical URL with its fragment, unless that only tracks: `/log#v1` is not `/log#v2`."""
    return _canonicalize_link(url, _is_tracking_parameter)


def _canonicalize_link(url: str, is_tracking: Callable[[str], bool]) -> str:
    page, fragment = _canonicalize_url(url, is_tracking), url.strip().partition("#")[2]
    if not fragment or "#" in page:  # a `#!` route, or no web URL
        return page
    fields = fragment.partition(TEXT_DIRECTIVE)[0].split("&")
    kept = "&".join(
        each for each in fields if each and not _is_tracking_fragment(each, is_tracking)
    )
    return f"{page}#{_normalize_escapes(kept, _SAFE_IN_QUERY)}" if kept else page


def _make_name_id(name: str) -> str:
    """Return the UUID of a name (RFC 4122, version 5), four times as fast as the standard library."""
    text = sha1(_URL_NAMESPACE + name.encode(), usedforsecurity=False).hexdigest()
    variant = _VARIANTS[text[16]]
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"


def make_url_id(url: str) -> str:
    """Return the id of the article at a URL, the same on all machines."""
    return _make_name_id(canonicalize_link(url))


def make_former_url_id(url: str) -> str:
    """Return the id that older versions made of a URL, with parameters that were not known to track."""
    return _make_name_id(_canonicalize_link(url, _was_tracking_parameter))


def list_url_ids(url: str) -> list[str]:
    """Return the ids that an article at a URL may have: of its link, made by any version, and of its page."""
    return [make_url_id(url), make_former_url_id(url), make_page_id(url)]


def make_feed_key(url: str) -> str:
    """Return what the URLs of one feed have in common: not `www.`, a slash at the end, or http or https."""
    canonical = canonicalize_url(url)
    key = canonical.partition("://")[2]
    return make_page_variants(key)[0] if key else canonical


def make_link_key(url: str) -> str:
    """Return what the links to an article have in common, whether they are http or https."""
    return canonicalize_link(url).partition("://")[2]


def make_page_variants(key: str) -> list[str]:
    """Return the link keys that a page has with and without `www.` and a slash at the end, always in one order.

    A few parameters may have any order.
    """
    ends = (at for at in map(key.find, "?#") if at >= 0)
    end = min(ends, default=len(key))
    host, _, path = key[:end].removeprefix("www.").partition("/")
    path = path.rstrip("/")
    pages = [f"{host}/{path}", f"{host}/{path}/"] if path else [f"{host}/"]
    return [
        f"{start}{page}{rest}"
        for rest in _order_parameters(key[end:])
        for start in ("", "www.")
        for page in pages
    ]


def _order_parameters(rest: str) -> list[str]:
    """Return the part of a URL behind its path with its parameters in other orders, the sorted one first.

    All orders of a few parameters; of more, the sorted and the given one. Those of one name keep theirs.
    """
    if not rest.startswith("?") or "&" not in rest:
        return [rest]
    query, sign, fragment = rest[1:].partition("#")
    fields = query.split("&")
    if len({field.partition("=")[0] for field in fields}) < len(fields):
        return [rest]
    known = sorted(fields)
    orders = permutations(known) if len(fields) <= MAX_ORDERED_PARAMETERS else (known, fields)
    return list(dict.fromkeys(f"?{'&'.join(order)}{sign}{fragment}" for order in orders))


def iter_page_ids(url: str) -> Iterator[str]:
    """Yield the ids of the articles at a URL and at the others that lead to the same page."""
    if link := make_link_key(url):
        for page in make_page_variants(link):
            for scheme in ("https", "http"):
                yield _make_name_id(f"{scheme}://{page}")


def make_page_key(url: str) -> str:
    """Return what the links to a page have in common, also if one has `www.` or a slash at the end."""
    return make_page_variants(make_link_key(url))[0]


def make_guid_id(feed: str, guid: str) -> str:
    """Return the id of the article that has this guid in a feed."""
    return _make_name_id(f"{canonicalize_url(feed)}#{guid}")


def make_page_id(url: str) -> str:
    """Return the id of the page that a URL leads into, whatever its fragment."""
    return _make_name_id(canonicalize_url(url))


def validate_url(text: str) -> str:
    """Return a URL that is safe to pass to a program as one argument.

    Returns:
        A URL that starts with `http://` or `https://`; blanks, quotes, brackets and whatever else
        RFC 3986 forbids or a shell would interpret are percent-encoded.

    Raises:
        UrlRejected: It has another scheme or no host, is too long, or is ambiguous.
    """
    # Python's webbrowser module replaces this word wherever it occurs in an argument
    url = _join_url(_split_url(text)).replace("%action", "%ACtion")
    if len(url) > MAX_URL_CHARS:
        raise UrlRejected(f"the link is longer than {MAX_URL_CHARS:,} characters")
    return url


def extract_host(url: str) -> str:
    """Return the host a URL really leads to, in ASCII; empty unless it is an http or https URL."""
    try:
        return _split_url(url).host
    except UrlRejected:
        return ""


def name_site(url: str) -> str:
    """Return the host of a URL as the name of a site, without `www.`; empty if there is none."""
    match = _SITE.match(url)
    return _name_host(match[1]) if match else ""


@lru_cache(4096)
def _name_host(authority: str) -> str:
    return intern(extract_host(f"http://{authority}").removeprefix("www."))


def is_deceptive_url(url: str) -> bool:
    """Return True if a URL may seem to lead elsewhere, by a user name or by look-alike letters."""
    try:
        parts = _split_url(url)
    except UrlRejected:
        return False
    return bool(parts.user) or "xn--" in parts.host


def _split_url(text: str) -> _UrlParts:
    url = text.strip()
    if _CONTROL.search(url):
        raise UrlRejected("the link contains control characters")
    match = _SCHEME.match(url)
    scheme = match[0].lower() if match else ""
    if scheme not in ("http:", "https:"):
        actual = f'this is "{scheme[:20]}"' if scheme else "this has no scheme"
        raise UrlRejected(f"only http and https links ({actual})")
    try:
        split = urlsplit(url)
        user, host, port = _split_authority(split.netloc)
    except ValueError:
        raise UrlRejected("the host of the link is invalid") from None
    if not host:
        raise UrlRejected("the link has no host")
    return _UrlParts(split.scheme, user, host, port, split.path, split.query, split.fragment)


def _split_authority(text: str) -> tuple[str, str, str]:
    """Return user, host in ASCII (may be empty) and port.

    Raises:
        ValueError: Browsers might read it otherwise: some take a backslash for a slash.
    """
    match = _AUTHORITY.fullmatch(text)
    if not match or int(match["port"] or 0) > 65535:
        raise ValueError(text)
    port = str(int(match["port"])) if match["port"] else ""
    return match["user"] or "", _host_to_ascii(match["host"]), port


@lru_cache(1024)
def _host_to_ascii(host: str) -> str:
    if host.startswith("["):
        return f"[{IPv6Address(host[1:-1])}]"
    labels = _normalize_host(unquote(host, errors="strict")).replace("\u3002", ".").split(".")
    name = ".".join(
        label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels
    )
    if name and not _HOST.fullmatch(name):
        raise ValueError(host)
    return name


def _normalize_host(host: str) -> str:
    """Return a host name as it is registered: no capitals, no invisible or compatibility characters.

    This is what UTS #46 does for letters in use. Python's `idna` codec follows an older rule, by which
    straße.de is strasse.de: somebody else's host.
    """
    lower = "".join(map(str.lower, unicodedata.normalize("NFKC", clean_line(host))))
    return unicodedata.normalize("NFKC", lower)


def _join_url(parts: _UrlParts) -> str:
    user = f"{_percent_encode(parts.user, _SAFE_IN_USER)}@" if parts.user else ""
    port = f":{parts.port}" if parts.port else ""
    query = f"?{_percent_encode(parts.query, _SAFE_IN_QUERY)}" if parts.query else ""
    fragment = f"#{_percent_encode(parts.fragment, _SAFE_IN_QUERY)}" if parts.fragment else ""
    path = _percent_encode(parts.path, _SAFE_IN_PATH)
    return f"{parts.scheme}://{user}{parts.host}{port}{path}{query}{fragment}"


def _percent_encode(text: str, safe: str) -> str:
    """Percent-encode a text; existing escapes stay, a stray percent sign is encoded."""
    if _NOT_TO_ENCODE.fullmatch(text):  # nearly always
        return text
    return quote(_UNESCAPED_PERCENT.sub("%25", text), safe=safe)


def _normalize_escapes(text: str, safe: str) -> str:
    """Resolve escapes of characters that need none, and capitalize the others (RFC 3986, 6.2.2)."""
    encoded = _percent_encode(text, safe)
    return _ESCAPE.sub(_normalize_escape, encoded) if "%" in encoded else encoded


def _normalize_escape(match: re.Match[str]) -> str:
    char = chr(int(match[0][1:], 16))
    return char if _UNRESERVED.match(char) else match[0].upper()


def _remove_dot_segments(path: str) -> str:
    """Resolve `.` and `..` (RFC 3986, 5.2.4); the path is at least a slash."""
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
    name, _, value = field.lower().partition("=")
    return (
        _was_tracking_parameter(field)
        or name.startswith(TRACKING_PREFIXES)
        or name in MORE_TRACKING_PARAMETERS
        or (name in ORIGIN_PARAMETERS and value in FEED_ORIGINS)
    )


def _was_tracking_parameter(field: str) -> bool:
    """Return True for the parameters without which the first ids of articles were made."""
    name = field.partition("=")[0].lower()
    return name.startswith("utm_") or name in TRACKING_PARAMETERS


def _is_tracking_fragment(field: str, is_tracking: Callable[[str], bool]) -> bool:
    name, separator, _ = field.partition("=")
    return bool(separator) and (is_tracking(field) or name.lower() in TRACKING_FRAGMENTS)


def complete_web_url(link: str, base: str) -> str:
    """Return a link with its scheme, which many leave out before `www.` or their own host; any other as it is."""
    if _SCHEMELESS_URL.match(link):
        return f"https://{link}"
    site = _SITE.match(base)
    return f"//{link}" if site and site[1] and link.startswith(f"{site[1]}/") else link


def resolve_web_url(link: str, base: str) -> str:
    """Return a link as an absolute http or https URL; empty if it is none."""
    try:
        link = complete_web_url(link.strip(), base)
        url = urljoin(base, link) if link else ""
        urlsplit(url)  # nothing is parsed where there is no base
    except ValueError:
        return ""
    return url if url[:8].lower().startswith(("http://", "https://")) else ""


def normalize_feed_url(url: str) -> str:
    """Return the URL of a feed as http or https: `feed://example.org/` names the program, not the protocol."""
    url = url.strip()
    if _BARE_FEED_URL.fullmatch(url.removeprefix("//")):
        return f"https://{url.removeprefix('//')}"
    scheme, _, rest = url.partition(":")
    if scheme.lower() not in _FEED_SCHEMES:
        return url
    return (
        rest if rest.lower().startswith(("http://", "https://")) else f"http://{rest.lstrip('/')}"
    )


def strip_url_credentials(url: str) -> str:
    """Return a URL without user name and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def copy_url_credentials(source: str, target: str) -> str:
    """Return the target with the user name and password of the source, if both are on one host."""
    given, parts = urlsplit(source), urlsplit(strip_url_credentials(target))
    user, at, host = given.netloc.rpartition("@")
    if (given.scheme, host.lower()) != (parts.scheme, parts.netloc.lower()):
        return parts.geturl()
    return parts._replace(netloc=f"{user}{at}{parts.netloc}").geturl()


def redact_url(url: str) -> str:
    """Return a URL for display: one clean line, without user name and password (case 86)."""
    hidden = url if _SCHEME_START.search(url) else _BARE_CREDENTIALS.sub(f"{HIDDEN}@", url)
    return clean_line(redact_credentials(hidden), limit=300)


def redact_credentials(text: str, hidden: str = f"{HIDDEN}@") -> str:
    """Return a text with the user name and password of every URL in it replaced."""
    return _CREDENTIALS.sub(hidden, text)
