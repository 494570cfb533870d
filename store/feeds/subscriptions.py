"""Subscriptions: `feeds.opml`, in the format every reader exports.

`feeds.opml` holds what the user decides: names, folders (the categories), which feeds are paused.
It may be edited by hand. It is changed element by element, so that newstui keeps what other
programs or people wrote into it.

Source: OPML 2.0 (https://opml.org/spec2.opml).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from store.model.article import Rejection
from store.model.errors import InvalidInput, LibraryDamaged, UrlRejected
from store.system.files import read_regular, write_atomically
from store.system.paths import SUBSCRIPTIONS_FILE
from store.text.clean import clean_line
from store.text.decoding import (
    decode_document,
    escape_ampersands,
    remove_invalid_xml_characters,
)
from store.text.names import clean_name
from store.text.urls import (
    copy_url_credentials,
    extract_host,
    normalize_feed_url,
    redact_credentials,
    redact_url,
    strip_url_credentials,
    validate_url,
)

COPY_NAME_PATTERN = re.compile(r"feeds(?:[ ._(~\[].*|-[A-Z].*|-conflict.*)\.opml\Z")
"""Names that programs for syncing give to a copy; see `store.segments.segments`."""
MERGE_START = re.compile(r"^<<<<<<< ", re.MULTILINE)
"""The first mark that git leaves where it could not merge."""
MAX_OPML_BYTES = 20_000_000
MAX_FOLDER_DEPTH = 50
MAX_SUBSCRIPTIONS = 20_000
"""Subscriptions that are read from one file."""
OPML_ELEMENTS = frozenset({"opml", "head", "body", "outline"})
OPML_TRUE = "yes"
ATTRIBUTE_VALUE = re.compile(r'="[^"]*"')
MAX_INTERVAL, MAX_NUMBER_LENGTH = 366 * 24 * 60, 10
"""Minutes between two fetches of a feed, and the digits of their number, at most."""
MAX_FEED_TAGS = 20
"""Tags of one feed that are read."""
XML_DECLARATION = "<?xml version='1.0' encoding='utf-8'?>\n"
EMPTY_OPML = b'<opml version="2.0"><head><title>newstui</title></head><body></body></opml>'


@dataclass(frozen=True, slots=True)
class Subscription:
    """One feed the user reads."""

    url: str
    title: str = ""
    """The name the user or the feed gave it."""
    category: str = ""
    """Its folder; nested folders are joined by slashes."""
    site: str = ""
    paused: bool = False
    whole_page: bool = False
    """True if the feed has only the beginnings of its texts, so that the pages are fetched."""
    is_private_allowed: bool = False
    """True if the user allowed its host to be on a private network."""
    former_urls: tuple[str, ...] = ()
    """Its URLs before it moved, oldest first."""
    tags: tuple[str, ...] = ()
    """The tags that all of its articles get."""
    interval: int = 0
    """The least number of minutes between two fetches of all feeds that fetch it; 0 for none."""

    @property
    def key(self) -> str:
        """The URL it was first subscribed to, without credentials: what its articles refer to."""
        return _key_of_url((*self.former_urls, self.url)[0])

    @property
    def display_name(self) -> str:
        """Its name as it is shown."""
        return self.title or redact_url(self.url).partition("://")[2]


@lru_cache(MAX_SUBSCRIPTIONS)
def _key_of_url(url: str) -> str:
    return strip_url_credentials(url)


class _FeedOutline(NamedTuple):
    """The element of a feed, where it is, and what it says."""

    parent: ET.Element
    element: ET.Element
    folder: str
    """Its folder; the category may be in an attribute instead."""
    subscription: Subscription


class Subscriptions:
    """The contents of an OPML file; changes are in memory until they are written."""

    def __init__(self, root: ET.Element) -> None:
        self._root = root
        body = root.find("body")
        self._body = ET.SubElement(root, "body") if body is None else body
        self._feeds: dict[str, list[_FeedOutline]] = {}
        """The outlines of each key, in the order of the file; duplicates follow the first."""
        self._folders: dict[str, ET.Element] = {"": self._body}
        """The first folder of each category."""
        self.rejected: list[Rejection] = []
        """Outlines that cannot be subscribed to, and why."""
        self._read_outlines()

    def __iter__(self) -> Iterator[Subscription]:
        """Yield each feed once, in the order of the file."""
        for outlines in list(self._feeds.values())[:MAX_SUBSCRIPTIONS]:
            yield outlines[0].subscription

    def _read_outlines(self) -> None:
        """Find the feeds and folders; a stack instead of recursion, because folders nest deeply."""
        stack: list[tuple[ET.Element, ET.Element, tuple[str, ...]]] = [(self._root, self._root, ())]
        while stack:
            parent, element, folders = stack.pop()
            if element.tag != "outline":
                pass  # the file, or a body of it; some have none, or several
            elif _outline_url(element):
                self._read_feed(parent, element, folders)
            elif name := _outline_title(element, 100):
                folders = (*folders, clean_name(name))[:MAX_FOLDER_DEPTH]
                self._folders.setdefault(_join_folders(folders), element)
            inner = [each for each in element if each.tag in ("outline", "body")]
            stack += [(element, each, folders) for each in reversed(inner)]

    def _read_feed(self, parent: ET.Element, outline: ET.Element, folders: Sequence[str]) -> None:
        try:
            found = _parse_outline(outline, folders)
        except InvalidInput as error:
            name = _outline_title(outline, 200) or redact_url(_outline_url(outline))
            self.rejected.append(Rejection(name, str(error)))
        else:
            self._feeds.setdefault(found.key, []).append(
                _FeedOutline(parent, outline, _join_folders(folders), found)
            )

    def put(self, subscription: Subscription) -> None:
        """Add a subscription, or change the one of the same key."""
        existing = self._feeds.get(subscription.key, [])
        for each in existing[1:]:  # duplicates
            each.parent.remove(each.element)
        first = existing[0] if existing else None
        outline = ET.Element("outline") if first is None else first.element
        if first is None or first.folder != clean_name(subscription.category):
            if first is not None:
                first.parent.remove(outline)
            parent = self._get_or_create_folder(subscription.category)
            parent.append(outline)
        else:
            parent = first.parent
        for name, value in _outline_attributes(subscription).items():
            _set_attribute(outline, name, value)
        self._feeds[subscription.key] = [
            _FeedOutline(parent, outline, subscription.category, subscription)
        ]

    def remove(self, subscription: Subscription) -> None:
        """Remove a subscription."""
        for each in self._feeds.pop(subscription.key, ()):
            each.parent.remove(each.element)

    def _get_or_create_folder(self, category: str) -> ET.Element:
        folder, path = self._body, ""
        for name in filter(None, clean_name(category).split("/")):
            path = f"{path}/{name}" if path else name
            if path not in self._folders:
                self._folders[path] = ET.SubElement(folder, "outline", text=name)
            folder = self._folders[path]
        return folder

    def to_bytes(self, *, with_credentials: bool = True) -> bytes:
        """Return the contents of the file, or a copy without user names and passwords."""
        ET.indent(self._root)
        root = self._root if with_credentials else _strip_credentials(self._root)
        written: str = ET.tostring(root, "unicode")
        return f"{XML_DECLARATION}{remove_invalid_xml_characters(written)}\n".encode()

    @property
    def has_credentials(self) -> bool:
        """True if there is a user name or password in any of it."""
        return self.to_bytes() != self.to_bytes(with_credentials=False)


def _strip_credentials(root: ET.Element) -> ET.Element:
    copy = deepcopy(root)
    for element in copy.iter():
        for name, value in element.attrib.items():
            element.set(name, redact_credentials(value, "") if "@" in value else value)
    return copy


def _attribute(outline: ET.Element, name: str) -> str:
    """Return an attribute whatever the case of its name: programs write `xmlUrl`, `xmlURL`, `xmlurl`."""
    value = outline.get(name)
    if value is None:
        lower = name.lower()
        value = next((given for key, given in outline.items() if key.lower() == lower), "")
    return value.strip()


def _set_attribute(outline: ET.Element, name: str, value: str) -> None:
    """Set an attribute, or remove it if it is empty, however its name is written there."""
    present = [key for key in outline.attrib if key.lower() == name.lower()]
    for key in present[1:] if value else present:
        del outline.attrib[key]
    if value:
        outline.set(present[0] if present else name, value)


def _outline_url(outline: ET.Element) -> str:
    """Return the URL of a feed; empty if the outline is a folder or something else."""
    if url := _attribute(outline, "xmlUrl"):
        return url
    is_feed = _attribute(outline, "type").lower() in ("rss", "atom", "include")
    return _attribute(outline, "url") if is_feed else ""


def _outline_title(outline: ET.Element, limit: int) -> str:
    title = _attribute(outline, "text") or _attribute(outline, "title")
    if "<" in title or "&" in title:  # in OPML names may be HTML
        from store.text.titles import title_to_line  # imported here: few names need it

        title = title_to_line(title)
    return clean_line(redact_credentials(title), limit)


def _parse_outline(outline: ET.Element, folders: Sequence[str]) -> Subscription:
    if _attribute(outline, "type").lower() == "include":
        raise InvalidInput("another list of feeds, which has to be imported by itself")
    url = normalize_feed_url(_outline_url(outline))
    if not url[:8].lower().startswith(("http://", "https://")):
        raise InvalidInput("not an http or https URL")
    try:
        validate_url(url)
    except UrlRejected as error:
        raise InvalidInput(str(error)) from error
    title = _outline_title(outline, 200)
    category, tags = _read_categories(outline, _join_folders(folders))
    return Subscription(
        url=url,
        title="" if _is_name_of_url(title, url) else title,
        category=category,
        site=clean_line(normalize_feed_url(_attribute(outline, "htmlUrl")), 2000),
        paused=_read_flag(outline, "paused"),
        whole_page=_read_flag(outline, "wholePage"),
        is_private_allowed=_read_flag(outline, "private"),
        former_urls=tuple(_attribute(outline, "formerly").split()),
        tags=tags,
        interval=_read_minutes(outline, "every"),
    )


def _is_name_of_url(title: str, url: str) -> bool:
    """Return True if a title is only the URL of the feed: then it has none yet."""
    names = (url, redact_url(url), strip_url_credentials(url))
    schemeless = {name.partition("://")[2].rstrip("/").casefold() for name in names}
    return title.rpartition("://")[2].rstrip("/").casefold() in schemeless


def _join_folders(folders: Sequence[str]) -> str:
    return "/".join(name.replace("/", "∕") for name in folders)


def _read_categories(outline: ET.Element, folder: str) -> tuple[str, tuple[str, ...]]:
    """Return the category and the tags of a feed.

    In OPML 2.0 `category` has names separated by commas, folders with slashes and tags without.
    A feed outside of folders takes the first as its category; `tags` is our own.
    """
    names = [
        clean_line(redact_credentials(name), 100)
        for name in _attribute(outline, "category").split(",")
    ]
    names = [name.strip("/ ") for name in names if name.strip("/ ")]
    if not folder and names:
        folder = names.pop(0)
    own = (
        clean_line(redact_credentials(name), 100) for name in _attribute(outline, "tags").split(",")
    )
    tags = dict.fromkeys(name for name in (*names, *own) if name and name != folder)
    return folder, tuple(tags)[:MAX_FEED_TAGS]


def _read_flag(outline: ET.Element, name: str) -> bool:
    return _attribute(outline, name).lower() in (OPML_TRUE, "true", "1")


def _read_minutes(outline: ET.Element, name: str) -> int:
    text = _attribute(outline, name)
    is_number = text.isascii() and text.isdecimal() and len(text) < MAX_NUMBER_LENGTH
    return min(int(text), MAX_INTERVAL) if is_number else 0


def _outline_attributes(subscription: Subscription) -> dict[str, str]:
    return {
        "type": "rss",
        "text": subscription.display_name,
        "xmlUrl": subscription.url,
        "htmlUrl": subscription.site,
        "category": "",  # its folder and `tags` say it
        "tags": ", ".join(subscription.tags),
        "paused": OPML_TRUE if subscription.paused else "",
        "wholePage": OPML_TRUE if subscription.whole_page else "",
        "private": OPML_TRUE if subscription.is_private_allowed else "",
        "formerly": " ".join(subscription.former_urls),
        "every": str(subscription.interval or ""),
    }


def is_private_host_allowed(url: str, feeds: Iterable[Subscription]) -> bool:
    """Return True if the user has allowed the host of a URL to be on a private network, for any of these feeds."""
    host = extract_host(url)
    return any(each.is_private_allowed and extract_host(each.url) == host for each in feeds)


# -- files ---------------------------------------------------------------------------------


def parse_opml(data: bytes) -> Subscriptions:
    """Parse an OPML file.

    Raises:
        InvalidInput: It is not OPML; the text says where and why.
    """
    if len(data) > MAX_OPML_BYTES:
        raise InvalidInput(f"larger than {MAX_OPML_BYTES // 1_000_000} MB")
    text = remove_invalid_xml_characters(decode_document(data)).lstrip()
    if "<!ENTITY" in text:
        raise InvalidInput("declares XML entities, which are unsafe to expand")
    text = escape_ampersands(re.sub(r"^<\?xml[^>]*\?>", "", text))
    if not text:
        raise InvalidInput("the file is empty")
    try:
        root = _parse_xml(text)
    except ET.ParseError as error:
        line, column = error.position
        if conflict := MERGE_START.search(text):
            line = text.count("\n", 0, conflict.start()) + 1
            raise InvalidInput(f"has a merge conflict (line {line})") from None
        try:  # many programs forget to escape "<" in names
            root = _parse_xml(ATTRIBUTE_VALUE.sub(lambda m: m[0].replace("<", "&lt;"), text))
        except ET.ParseError:
            raise InvalidInput(f"not OPML (line {line}, column {column + 1})") from None
    if not isinstance(root, ET.Element) or root.tag != "opml":
        raise InvalidInput("not OPML")
    if _measure_depth(root) > 4 * MAX_FOLDER_DEPTH:
        raise InvalidInput("folders are nested too deeply")
    return Subscriptions(root)


def _parse_xml(text: str) -> ET.Element:
    """Return the root element; names of elements without their namespace, and ours in lower case."""
    parser = ET.XMLParser(target=ET.TreeBuilder(insert_comments=True))  # noqa: S314 - no entities in it
    parser.feed(text)
    root: ET.Element = parser.close()
    for element in root.iter() if isinstance(root, ET.Element) else ():
        if isinstance(element.tag, str):
            name = element.tag.rpartition("}")[2]
            element.tag = name.lower() if name.lower() in OPML_ELEMENTS else name
    return root


def _measure_depth(root: ET.Element) -> int:
    deepest, level = 0, [root]
    while level and deepest <= 4 * MAX_FOLDER_DEPTH:
        deepest += 1
        level = [child for each in level for child in each]
    return deepest


def read_subscriptions(library: Path) -> Subscriptions:
    """Read the subscriptions of a library; none if there is no file yet.

    Raises:
        LibraryDamaged: The file cannot be parsed; it is left as it is until the user repairs it.
    """
    path = library / SUBSCRIPTIONS_FILE
    try:
        return parse_opml(read_regular(path))
    except FileNotFoundError:
        return parse_opml(EMPTY_OPML)
    except OSError as error:
        raise LibraryDamaged(f"cannot be read: {error.strerror}", file=path) from error
    except InvalidInput as error:
        raise LibraryDamaged(error.reason, file=path) from error


def update_subscriptions(
    library: Path, put: Iterable[Subscription] = (), remove: Iterable[Subscription] = ()
) -> None:
    """Read the file again, change these subscriptions and nothing else, and write it.

    Raises:
        LibraryDamaged, SaveFailed: The old file is untouched.
    """
    subscriptions = read_subscriptions(library)
    before = subscriptions.to_bytes()
    for each in remove:
        subscriptions.remove(each)
    for each in put:
        subscriptions.put(each)
    if subscriptions.to_bytes() != before:
        write_atomically(library / SUBSCRIPTIONS_FILE, subscriptions.to_bytes())


@dataclass(frozen=True, slots=True)
class SubscriptionsCopy:
    """A copy that a file sync left beside `feeds.opml`, and what only the copy has."""

    path: Path
    missing: tuple[Subscription, ...] = ()
    """Its feeds that `feeds.opml` lacks: added on another machine, or removed on this one."""
    problem: str = ""
    """Why it cannot be read; empty if it can."""


def find_subscription_copies(library: Path) -> Iterator[SubscriptionsCopy]:
    """Yield the sync-conflict copies of `feeds.opml`, by name.

    They are not merged: whether a feed was added there or removed here cannot be told from two files.

    Raises:
        LibraryDamaged: `feeds.opml` cannot be parsed.
    """
    paths = sorted(path for path in library.glob("*.opml") if COPY_NAME_PATTERN.match(path.name))
    known = {each.key for each in read_subscriptions(library)}
    for path in paths:
        try:
            feeds = parse_opml(read_regular(path))
        except (OSError, InvalidInput) as error:
            reason = error.strerror if isinstance(error, OSError) else error.reason
            yield SubscriptionsCopy(path, problem=str(reason))
        else:
            yield SubscriptionsCopy(path, tuple(each for each in feeds if each.key not in known))


def move_subscription(subscription: Subscription, url: str) -> Subscription:
    """Return the subscription after its feed has moved for good.

    On the same host it keeps its user name and password, which redirects do not repeat.
    """
    url = copy_url_credentials(subscription.url, url)
    former = (*subscription.former_urls, subscription.url)
    return replace(subscription, url=url, former_urls=tuple(dict.fromkeys(former)))
