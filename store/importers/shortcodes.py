"""Shortcodes of site generators in Markdown: what Hugo, Jekyll, Quarto and GitBook would show in their place."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

CALLOUT_KINDS = frozenset(
    str.split("caution danger details error hint important info note question success tip warning")
)
"""Kinds of callouts that are shown where they have no title."""

SHORTCODE = re.compile(
    r"^ {0,3}(?P<fence>`{3,}+|~{3,}+)[^\n]*+.*?(?:\n[ \t]*(?P=fence)|\Z)"
    r"|(?<!`)(?P<ticks>`{1,3}+)(?!`)[^`\n]{1,500}+(?P=ticks)"
    r"|\{%-?\s{0,9}raw\s{0,9}-?%\}(?P<raw>.*?)(?:\{%-?\s{0,9}endraw\s{0,9}-?%\}|\Z)"
    r"|\{%-?\s{0,9}comment\s{0,9}-?%\}.{0,2000}?\{%-?\s{0,9}endcomment\s{0,9}-?%\}(?P<comment>)"
    r"|\{\{(?P<open>[<%])/\*(?P<escaped>[^\n{}]{0,500}?)\*/(?P<close>[>%])\}\}"
    r"|(?:\{\{[<%]|\{%)-?\s{0,9}(?P<end>/|end(?=\w))?\s{0,9}(?P<name>\w[\w/.-]{0,60})"
    r"(?P<given>[^{}]{0,2000}?)/?-?(?:[>%]\}\}|%\})"
    r"|\{\{-?\s{0,9}(?:(?:site|page)\.[\w.]{1,60}|\"(?P<double>[^\"\n]{0,500})\"|'(?P<single>[^'\n]{0,500})')"
    r"(?P<filter>\s{0,9}\|[^{}\n]{0,200})?\s{0,9}-?\}\}",
    re.MULTILINE | re.DOTALL,
)
"""A shortcode, a tag or a variable; listings, code and what is marked as raw are matched too, as they have none."""
PARAMETER = re.compile(
    r"(?:(?P<name>[\w-]{1,40}+)\s{0,9}=\s{0,9})?"
    r"(?:\"(?P<double>[^\"]{0,1000})\"|'(?P<single>[^']{0,1000})'|(?P<bare>[^\s\"'=]{1,500}))"
)
ADDRESS_NAMES = ("src", "url", "image", "image_path", "href", "link")
TITLE_NAMES = ("title", "summary", "caption")
PICTURE_NAMES = frozenset({"figure", "img", "image", "picture"})
PICTURE_SUFFIX = re.compile(r"\.(?:avif|gif|jpe?g|png|svg|webp)(?=[?#]|\Z)", re.IGNORECASE)
REFERENCE_NAMES = frozenset({"link", "post_url", "ref", "relref"})
FOLDED_NAMES = frozenset({"accordion", "details", "expand", "tab"})
"""Shortcodes around a text whose first word is their title."""
TITLED_NAMES = CALLOUT_KINDS | FOLDED_NAMES | {"admonition", "alert", "callout", "hint", "notice"}
"""Shortcodes around a text that show a title."""
PAGES = {
    "gist": "https://gist.github.com/{}",
    "vimeo": "https://vimeo.com/{}",
    "youtube": "https://www.youtube.com/watch?v={}",
}
"""The addresses of what Hugo's own shortcodes embed."""
LISTING = "highlight"


def write_shortcodes(content: str) -> str:
    """Return Markdown in which shortcodes are pictures, links, titles and listings; others leave but what is in them."""
    if "{{" not in content and "{%" not in content:
        return content
    return SHORTCODE.sub(_write_shortcode, content)


def _write_shortcode(found: re.Match[str]) -> str:
    if found["fence"] or found["ticks"]:
        return found[0]
    for kept in ("raw", "comment"):
        if found[kept] is not None:
            return found[kept]
    if found["escaped"] is not None:
        return f"{{{{{found['open']}{found['escaped']}{found['close']}}}}}"
    if found["name"] is None:
        return found["double"] or found["single"] or ""
    name, is_end = found["name"].lower(), bool(found["end"])
    if name == LISTING:
        language = "" if is_end else _first_word(found["given"])
        return f"\n```{language}\n"
    return "" if is_end else _write_opening(name, found["given"])


def _first_word(given: str) -> str:
    found = PARAMETER.search(given)
    return "" if found is None else found["bare"] or found["double"] or found["single"] or ""


def _write_opening(name: str, given: str) -> str:
    """Return what a shortcode shows by itself, or as the title of what is in it."""
    named: dict[str, str] = {}
    others: list[str] = []
    for each in PARAMETER.finditer(given):
        value = each["double"] or each["single"] or each["bare"] or ""
        if each["name"]:
            named[each["name"].lower()] = value
        else:
            others.append(value)
    title = next((named[key] for key in TITLE_NAMES if named.get(key)), "")
    if name in REFERENCE_NAMES:
        return "".join(others[:1])
    if name in PAGES and (key := named.get("id") or "/".join(others[: 1 + (name == "gist")])):
        return _write_link(name, key if _is_web(key) else PAGES[name].format(key), title)
    if name in TITLED_NAMES:
        first = "".join(others[:1])
        kind = named.get("type") or named.get("style") or first or name
        if not title and name in FOLDED_NAMES:
            title = first
        elif not title and kind.lower() in CALLOUT_KINDS:
            title = kind.capitalize()
        return f"\n**{title}**\n\n" if title else ""
    address = next((named[key] for key in ADDRESS_NAMES if named.get(key)), "")
    if not address and others and (_is_web(others[0]) or name in PICTURE_NAMES):
        address = others[0]
    if address and (name in PICTURE_NAMES or PICTURE_SUFFIX.search(address)):
        alt = named.get("alt") or title
        caption = f"\n\n{title}\n" if title and title != alt else ""
        return f"![{alt}](<{address}>){caption}"
    return _write_link(name, address, title) if _is_web(address) else ""


def _is_web(address: str) -> bool:
    return address.startswith(("http://", "https://"))


def _write_link(name: str, address: str, title: str) -> str:
    return f"[{title or f'{name}: {urlsplit(address).hostname or str()}'}](<{address}>)"
