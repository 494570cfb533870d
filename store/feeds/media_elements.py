"""Pictures beside the texts of a feed (Media RSS): their descriptions, and which of them the text has already.

Source: https://www.rssboard.org/media-rss
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import unquote, urlsplit

from store.text.clean import clean_line
from store.text.html_media import picture_name
from store.text.markdown import format_picture
from store.text.titles import title_to_line
from store.text.urls import resolve_web_url

NAMESPACE = re.compile(
    r"xmlns:([\w.-]{1,30})\s{0,9}=\s{0,9}[\"']https?://search\.yahoo\.com/mrss/?[\"']"
)
MEDIUM = re.compile(
    r"<([\w.-]{1,30}):content\b([^<>]{0,3000}?)(?<!/)>((?>(?:(?!</?\1:content\b).){0,5000}))</\1:content\s{0,9}>",
    re.DOTALL,
)
DESCRIPTION = re.compile(
    r"<([\w.-]{1,30}):description\b[^<>]{0,500}(?<!/)>((?>(?:(?!</?\1:description\b).){0,9000}))</\1:description\s{0,9}>",
    re.DOTALL,
)
CDATA_MARK = re.compile(r"<!\[CDATA\[|\]\]>")
CAPTION = "media_caption"
"""The description of the media of an entry, as feedparser names it after `separate_captions`."""
PICTURE_SUFFIX = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)\Z", re.IGNORECASE)
ADDRESS_START = re.compile(r"https?(?::|%3A)(?:/|%2F){2}", re.IGNORECASE)
SIZE_IN_PATH = re.compile(
    r"[-_](?:\d{2,4}x\d{2,4}|scaled)(?=\.\w{1,5}\Z)|/[swh]\d{2,4}[\w-]{0,30}(?=/)"
)
"""The size in the names of smaller copies: `a-300x200.jpg`, `/s72-c/a.jpg`."""
ADDRESS = re.compile(r"\]\((https?://[^\s()]{1,2000})")
MIN_UNIQUE_NAME_CHARS = 20
"""The length from which on the name of a file is that of one picture, wherever it is."""
MAX_LEAD_PICTURES = 10
PIXEL_WIDTHS = (1, 2)
MAX_ALT_CHARS = 1_000
AVATAR = re.compile(r"gravatar\.com/avatar|//avatars?\.")


def separate_captions(xml: str) -> str:
    """Return a feed in which descriptions of media are not those of its entries.

    feedparser takes both for the same. That of one medium becomes its attribute `alt`, another one the element
    `media:caption`.
    """
    namespace = NAMESPACE.search(xml)
    prefix = namespace[1] if namespace else "media"
    if f"<{prefix}:description" not in xml:
        return xml

    def move(medium: re.Match[str]) -> str:
        described = DESCRIPTION.search(medium[3]) if medium[1] == prefix else None
        if described is None or described[1] != prefix:
            return medium[0]
        alt = CDATA_MARK.sub("", described[2])
        alt = (
            escape(alt) if alt != described[2] else alt.replace('"', "&quot;").replace("<", "&lt;")
        )
        inside = medium[3].replace(described[0], "")
        return f'<{prefix}:content{medium[2]} alt="{alt}">{inside}</{prefix}:content>'

    def rename(described: re.Match[str]) -> str:
        if described[1] != prefix:
            return described[0]
        return f"<{prefix}:caption>{described[2]}</{prefix}:caption>"

    return DESCRIPTION.sub(rename, MEDIUM.sub(move, xml))


def find_pictures(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the pictures of an entry of feedparser; a thumbnail only if there are no others."""
    media = [each for each in entry.get("media_content") or () if each.get("url")]
    pictures = [dict(each) for each in media if _is_picture_medium(each)]
    pictures = pictures or [dict(each) for each in (entry.get("media_thumbnail") or [])[:1]]
    has_other_text = entry.get("summary") or entry.get("content")
    if has_other_text and len({_picture_key(str(each.get("url"))) for each in pictures}) == 1:
        for each in pictures:
            each.setdefault("alt", entry.get(CAPTION) or "")
    return pictures


def _is_picture_medium(medium: Mapping[str, Any]) -> bool:
    if medium.get("type") or medium.get("medium"):
        return is_picture(medium) or medium.get("medium") == "image"
    return PICTURE_SUFFIX.search(re.split("[?#]", medium["url"], maxsplit=1)[0]) is not None


def is_picture(enclosure: Mapping[str, Any]) -> bool:
    """Return True for an enclosure that says that it is a picture."""
    return str(enclosure.get("type") or "").lower().startswith("image/")


def write_lead_pictures(given: Sequence[Mapping[str, Any]], base: str, text: str) -> Iterator[str]:
    """Yield the pictures that are not in the text, the largest copy of each, as Markdown."""
    largest: dict[str, tuple[int, str]] = {}
    alts: dict[str, str] = {}
    for each in given:
        url = str(each.get("url") or "")
        url = resolve_web_url(url, base) if url else ""
        key, width = _picture_key(url), _parse_width(each.get("width"))
        if width in PIXEL_WIDTHS:
            continue
        if url and not AVATAR.search(url) and width >= largest.get(key, (-1, ""))[0]:
            largest[key] = width, url
        if alt := clean_line(title_to_line(str(each.get("alt") or "")), MAX_ALT_CHARS):
            alts.setdefault(key, alt)
    known = set(map(_picture_key, ADDRESS.findall(text))) if largest else set()
    for key, (_, url) in list(largest.items())[:MAX_LEAD_PICTURES]:
        if key not in known:
            yield format_picture(alts.get(key) or picture_name(url), url)


def _picture_key(url: str) -> str:
    """Return what all copies of a picture have in common, whatever size they are.

    Services that scale pictures have the address of the original in theirs.
    """
    starts = [found.start() for found in ADDRESS_START.finditer(url)]
    original = unquote(url[starts[-1] :]) if len(starts) > 1 else url
    path = SIZE_IN_PATH.sub("", urlsplit(resolve_web_url(original, "")).path)
    name = path.rpartition("/")[2]
    path = name if len(name) >= MIN_UNIQUE_NAME_CHARS else path
    return path.rpartition(".")[0] or path


def _parse_width(value: object) -> int:
    text = str(value or "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0
