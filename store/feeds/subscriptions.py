"""The subscriptions: `feeds.opml`, in the format every reader speaks, which may be edited by hand.

What is the user's stands in it: names, folders (they are the categories), what is paused. It is
changed element by element, so that what other programs or people wrote into it stays.

Source: OPML 2.0 (https://opml.org/spec2.opml).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree.ElementTree import (
    Element,
    ParseError,
    SubElement,
    TreeBuilder,
    XMLParser,
    indent,
    tostring,
)

from store.model.article import Refused
from store.model.errors import BadInput, LibraryDamaged, UrlRefused
from store.net.reasons import shown_url
from store.system.files import write_atomic
from store.text.clean import clean_line
from store.text.decoding import decoded, filtered
from store.text.urls import canonical, checked_url

NAME = "feeds.opml"
LARGEST = 20_000_000
"""Bytes of a file of subscriptions."""
DEEPEST = 50
"""Folders within each other."""
MOST = 20_000
"""Subscriptions of one file."""
YES = "yes"
NEW = b'<opml version="2.0"><head><title>newstui</title></head><body></body></opml>'


@dataclass(frozen=True, slots=True)
class Subscription:
    """One feed the user reads."""

    url: str
    title: str = ""
    """The name the user or the feed gave it."""
    category: str = ""
    """The folder it stands in; folders within folders are joined by a slash."""
    site: str = ""
    paused: bool = False
    whole_page: bool = False
    """Whether the feed only has the beginnings of its texts, and the pages are to be fetched."""
    private: bool = False
    """Whether its host may be on a private network, because the user said so."""
    former: tuple[str, ...] = ()
    """Where it was before it moved, the oldest first."""

    @property
    def key(self) -> str:
        """The URL it was first subscribed to, without secrets: its articles know it by this."""
        return without_user((*self.former, self.url)[0])

    @property
    def name(self) -> str:
        """What it is called where it is shown."""
        return self.title or shown_url(self.url).partition("://")[2]


def without_user(url: str) -> str:
    """A URL without name and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


class Subscriptions:
    """What stands in a `feeds.opml`; changes are in memory until they are written."""

    def __init__(self, root: Element) -> None:
        self._root = root
        body = root.find("body")
        self._body = SubElement(root, "body") if body is None else body
        self.refused: list[Refused] = []
        """Outlines that cannot be subscribed to, and why."""

    def __iter__(self) -> Iterator[Subscription]:
        """Each feed once, in the order of the file."""
        self.refused.clear()
        seen: set[str] = set()
        for outline, folders in self._outlines():
            try:
                found = _subscription(outline, folders)
            except BadInput as error:
                where = shown_url(outline.get("text") or outline.get("xmlUrl") or "")
                self.refused.append(Refused(where, str(error)))
                continue
            if found.key not in seen and len(seen) < MOST:
                seen.add(found.key)
                yield found

    def _outlines(self) -> Iterator[tuple[Element, tuple[str, ...]]]:
        """The outlines of feeds and the folders they stand in. A stack: folders may nest deep."""
        stack: list[tuple[Element, tuple[str, ...]]] = [(self._body, ())]
        while stack:
            element, folders = stack.pop()
            if url_of(element):
                yield element, folders
                continue
            name = clean_line(element.get("text") or element.get("title") or "", 100)
            inside = (*folders, name) if name and element is not self._body else folders
            outlines = (each for each in element if each.tag == "outline")
            stack += [(each, inside[:DEEPEST]) for each in reversed(list(outlines))]

    def find(self, url: str) -> Subscription | None:
        """The subscription of this URL, now or formerly."""
        wanted = canonical(url)
        for each in self:
            if wanted in {canonical(known) for known in (each.url, *each.former)}:
                return each
        return None

    def put(self, subscription: Subscription) -> None:
        """Add a subscription, or change the one of the same key."""
        there = self._elements(subscription.key)
        for outline, _ in there[1:]:  # the same feed once more
            self._remove(outline)
        if not there:
            outline = SubElement(self._folder(subscription.category), "outline")
        else:
            outline, folders = there[0]
            if "/".join(folders) != subscription.category:
                self._remove(outline)
                self._folder(subscription.category).append(outline)
        for name, value in _attributes(subscription).items():
            if value:
                outline.set(name, value)
            else:
                outline.attrib.pop(name, None)

    def remove(self, subscription: Subscription) -> None:
        """End a subscription."""
        for outline, _ in self._elements(subscription.key):
            self._remove(outline)

    def _elements(self, key: str) -> list[tuple[Element, tuple[str, ...]]]:
        found = []
        for outline, folders in self._outlines():
            with suppress(BadInput):
                if _subscription(outline, folders).key == key:
                    found.append((outline, folders))
        return found

    def _remove(self, outline: Element) -> None:
        for parent in self._root.iter():
            if outline in list(parent):
                parent.remove(outline)
                return

    def _folder(self, category: str) -> Element:
        folder = self._body
        for name in filter(None, category.split("/")):
            inside = [
                each
                for each in folder
                if each.tag == "outline" and not url_of(each) and each.get("text") == name
            ]
            folder = inside[0] if inside else SubElement(folder, "outline", text=name)
        return folder

    def to_bytes(self) -> bytes:
        """The file."""
        indent(self._root)
        written: bytes = tostring(self._root, "utf-8", xml_declaration=True)
        return written + b"\n"


def url_of(outline: Element) -> str:
    """The URL of a feed; empty if the outline is a folder or something else."""
    return (outline.get("xmlUrl") or outline.get("xmlurl") or "").strip()


def _subscription(outline: Element, folders: Sequence[str]) -> Subscription:
    url = url_of(outline)
    if not url[:8].lower().startswith(("http://", "https://")):
        raise BadInput("only http and https feeds are subscribed to")
    try:
        checked_url(url)
    except UrlRefused as error:
        raise BadInput(str(error).removeprefix("Not opened: ")) from error
    title = clean_line(outline.get("text") or outline.get("title") or "", 200)
    return Subscription(
        url=url,
        title="" if title == Subscription(url).name else title,
        category="/".join(name.replace("/", "∕") for name in folders),
        site=clean_line(outline.get("htmlUrl") or "", 2000),
        paused=_flag(outline, "paused"),
        whole_page=_flag(outline, "wholePage"),
        private=_flag(outline, "private"),
        former=tuple((outline.get("formerly") or "").split()),
    )


def _flag(outline: Element, name: str) -> bool:
    return (outline.get(name) or "").strip().lower() in (YES, "true", "1")


def _attributes(subscription: Subscription) -> dict[str, str]:
    return {
        "type": "rss",
        "text": subscription.name,
        "xmlUrl": subscription.url,
        "htmlUrl": subscription.site,
        "paused": YES if subscription.paused else "",
        "wholePage": YES if subscription.whole_page else "",
        "private": YES if subscription.private else "",
        "formerly": " ".join(subscription.former),
    }


# -- files ---------------------------------------------------------------------------------


def parse_opml(data: bytes) -> Subscriptions:
    """The subscriptions in a file.

    Raises:
        BadInput: It is no OPML; says where and why.
    """
    if len(data) > LARGEST:
        raise BadInput(f"larger than {LARGEST // 1_000_000} MB")
    text = filtered(decoded(data)).lstrip()
    if "<!ENTITY" in text:
        raise BadInput("it declares entities of its own, which is not safe to read")
    parser = XMLParser(target=TreeBuilder(insert_comments=True))  # noqa: S314 - no entities in it
    try:
        parser.feed(re.sub(r"^<\?xml[^>]*\?>", "", text))
        root = parser.close()
    except ParseError as error:
        line, column = error.position
        raise BadInput(f"not OPML (line {line}, column {column + 1})") from None
    if not isinstance(root, Element) or root.tag != "opml":
        raise BadInput("not OPML")
    if _depth(root) > 4 * DEEPEST:
        raise BadInput("folders are nested too deep")
    return Subscriptions(root)


def _depth(root: Element) -> int:
    deepest, level = 0, [root]
    while level and deepest <= 4 * DEEPEST:
        deepest += 1
        level = [child for each in level for child in each]
    return deepest


def read_subscriptions(library: Path) -> Subscriptions:
    """The subscriptions of a library; none where there is no file yet.

    Raises:
        LibraryDamaged: The file cannot be understood; it stays as it is until somebody mends it.
    """
    path = library / NAME
    try:
        return parse_opml(path.read_bytes())
    except FileNotFoundError:
        return parse_opml(NEW)
    except OSError as error:
        raise LibraryDamaged(f"{path}: cannot be read: {error.strerror}") from error
    except BadInput as error:
        raise LibraryDamaged(f"{path}: {error}") from error


def write_subscriptions(library: Path, subscriptions: Subscriptions) -> None:
    """Replace the file, durably.

    Raises:
        NotSaved: It could not be.
    """
    write_atomic(library / NAME, subscriptions.to_bytes())


def change_subscriptions(
    library: Path, put: Iterable[Subscription] = (), remove: Iterable[Subscription] = ()
) -> Subscriptions:
    """Read the file anew, change these subscriptions and nothing else, and write it.

    Raises:
        LibraryDamaged, NotSaved: The file is as it was.
    """
    subscriptions = read_subscriptions(library)
    before = subscriptions.to_bytes()
    for each in remove:
        subscriptions.remove(each)
    for each in put:
        subscriptions.put(each)
    if subscriptions.to_bytes() != before:
        write_subscriptions(library, subscriptions)
    return subscriptions


def moved(subscription: Subscription, url: str) -> Subscription:
    """The subscription after its feed has moved for good."""
    former = (*subscription.former, subscription.url)
    return replace(subscription, url=url, former=tuple(dict.fromkeys(former)))
