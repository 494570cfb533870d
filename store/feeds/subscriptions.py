"""Subscriptions: `feeds.opml`, in the format every reader exports, and newsboat's `urls`.

`feeds.opml` holds what the user decides: names, folders (the categories), which feeds are paused.
It may be edited by hand. It is changed element by element, so that newstui keeps what other
programs or people wrote into it.

Source: OPML 2.0 (https://opml.org/spec2.opml).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree as ET

from store.model.article import Rejection
from store.model.errors import InvalidInput, LibraryDamaged, UrlRejected
from store.system.files import write_atomically
from store.text.clean import clean_line
from store.text.decoding import decode_document, remove_invalid_xml_characters
from store.text.urls import redact_url, strip_url_credentials, validate_url

SUBSCRIPTIONS_FILE = "feeds.opml"
MAX_OPML_BYTES = 20_000_000
MAX_FOLDER_DEPTH = 50
MAX_SUBSCRIPTIONS = 20_000
"""Subscriptions that are read from one file."""
OPML_TRUE = "yes"
NEWSBOAT_HIDDEN_TAG = "!"
"""Prefix of tags that newsboat does not show."""
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

    @property
    def key(self) -> str:
        """The URL it was first subscribed to, without credentials: what its articles refer to."""
        return strip_url_credentials((*self.former_urls, self.url)[0])

    @property
    def display_name(self) -> str:
        """Its name as it is shown."""
        return self.title or redact_url(self.url).partition("://")[2]


class Subscriptions:
    """The contents of an OPML file; changes are in memory until they are written."""

    def __init__(self, root: ET.Element) -> None:
        self._root = root
        body = root.find("body")
        self._body = ET.SubElement(root, "body") if body is None else body
        self.rejected: list[Rejection] = []
        """Outlines that cannot be subscribed to, and why; known after iterating."""

    def __iter__(self) -> Iterator[Subscription]:
        """Yield each feed once, in the order of the file."""
        self.rejected.clear()
        seen: set[str] = set()
        for outline, folders in self._outlines():
            try:
                found = _parse_outline(outline, folders)
            except InvalidInput as error:
                name = redact_url(outline.get("text") or outline.get("xmlUrl") or "")
                self.rejected.append(Rejection(name, str(error)))
                continue
            if found.key not in seen and len(seen) < MAX_SUBSCRIPTIONS:
                seen.add(found.key)
                yield found

    def _outlines(self) -> Iterator[tuple[ET.Element, tuple[str, ...]]]:
        """Yield the outlines of feeds with their folders.

        A stack instead of recursion, because folders may be nested deeply.
        """
        stack: list[tuple[ET.Element, tuple[str, ...]]] = [(self._body, ())]
        while stack:
            element, folders = stack.pop()
            if _outline_url(element):
                yield element, folders
                continue
            name = clean_line(element.get("text") or element.get("title") or "", 100)
            inside = (*folders, name) if name and element is not self._body else folders
            outlines = (each for each in element if each.tag == "outline")
            stack += [(each, inside[:MAX_FOLDER_DEPTH]) for each in reversed(list(outlines))]

    def put(self, subscription: Subscription) -> None:
        """Add a subscription, or change the one of the same key."""
        existing = self._find_outlines(subscription.key)
        for outline, _ in existing[1:]:  # duplicates
            self._remove_outline(outline)
        if not existing:
            outline = ET.SubElement(self._get_or_create_folder(subscription.category), "outline")
        else:
            outline, folders = existing[0]
            if "/".join(folders) != subscription.category:
                self._remove_outline(outline)
                self._get_or_create_folder(subscription.category).append(outline)
        for name, value in _outline_attributes(subscription).items():
            if value:
                outline.set(name, value)
            else:
                outline.attrib.pop(name, None)

    def remove(self, subscription: Subscription) -> None:
        """Remove a subscription."""
        for outline, _ in self._find_outlines(subscription.key):
            self._remove_outline(outline)

    def _find_outlines(self, key: str) -> list[tuple[ET.Element, tuple[str, ...]]]:
        found = []
        for outline, folders in self._outlines():
            with suppress(InvalidInput):
                if _parse_outline(outline, folders).key == key:
                    found.append((outline, folders))
        return found

    def _remove_outline(self, outline: ET.Element) -> None:
        for parent in self._root.iter():
            if outline in list(parent):
                parent.remove(outline)
                return

    def _get_or_create_folder(self, category: str) -> ET.Element:
        folder = self._body
        for name in filter(None, category.split("/")):
            inside = [
                each
                for each in folder
                if each.tag == "outline" and not _outline_url(each) and each.get("text") == name
            ]
            folder = inside[0] if inside else ET.SubElement(folder, "outline", text=name)
        return folder

    def to_bytes(self) -> bytes:
        """Return the contents of the file."""
        ET.indent(self._root)
        written: bytes = ET.tostring(self._root, "utf-8", xml_declaration=True)
        return written + b"\n"


def _outline_url(outline: ET.Element) -> str:
    """Return the URL of a feed; empty if the outline is a folder or something else."""
    return (outline.get("xmlUrl") or outline.get("xmlurl") or "").strip()


def _parse_outline(outline: ET.Element, folders: Sequence[str]) -> Subscription:
    url = _outline_url(outline)
    if not url[:8].lower().startswith(("http://", "https://")):
        raise InvalidInput("not an http or https URL")
    try:
        validate_url(url)
    except UrlRejected as error:
        raise InvalidInput(str(error)) from error
    title = clean_line(outline.get("text") or outline.get("title") or "", 200)
    return Subscription(
        url=url,
        title="" if title == Subscription(url).display_name else title,
        category="/".join(name.replace("/", "∕") for name in folders),
        site=clean_line(outline.get("htmlUrl") or "", 2000),
        paused=_read_flag(outline, "paused"),
        whole_page=_read_flag(outline, "wholePage"),
        is_private_allowed=_read_flag(outline, "private"),
        former_urls=tuple((outline.get("formerly") or "").split()),
    )


def _read_flag(outline: ET.Element, name: str) -> bool:
    return (outline.get(name) or "").strip().lower() in (OPML_TRUE, "true", "1")


def _outline_attributes(subscription: Subscription) -> dict[str, str]:
    return {
        "type": "rss",
        "text": subscription.display_name,
        "xmlUrl": subscription.url,
        "htmlUrl": subscription.site,
        "paused": OPML_TRUE if subscription.paused else "",
        "wholePage": OPML_TRUE if subscription.whole_page else "",
        "private": OPML_TRUE if subscription.is_private_allowed else "",
        "formerly": " ".join(subscription.former_urls),
    }


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
    parser = ET.XMLParser(target=ET.TreeBuilder(insert_comments=True))  # noqa: S314 - no entities in it
    try:
        parser.feed(re.sub(r"^<\?xml[^>]*\?>", "", text))
        root = parser.close()
    except ET.ParseError as error:
        line, column = error.position
        raise InvalidInput(f"not OPML (line {line}, column {column + 1})") from None
    if not isinstance(root, ET.Element) or root.tag != "opml":
        raise InvalidInput("not OPML")
    if _measure_depth(root) > 4 * MAX_FOLDER_DEPTH:
        raise InvalidInput("folders are nested too deeply")
    return Subscriptions(root)


def _measure_depth(root: ET.Element) -> int:
    deepest, level = 0, [root]
    while level and deepest <= 4 * MAX_FOLDER_DEPTH:
        deepest += 1
        level = [child for each in level for child in each]
    return deepest


def parse_newsboat_urls(text: str) -> Subscriptions:
    """Parse newsboat's `urls`: a feed a line, then its tags, one of which may be `~` and a title.

    The first tag becomes the category. Queries, filters and commands have no feed URL; they are
    rejected like outlines without one.

    Raises:
        InvalidInput: There is no URL in it at all.
    """
    if "://" not in text:
        raise InvalidInput("neither OPML nor a list of feed URLs")
    root = ET.Element("opml", version="2.0")
    body = ET.SubElement(root, "body")
    folders = {"": body}
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        url, *tags = _split_words(line)
        title = next((tag[1:] for tag in tags if tag.startswith("~")), "")
        name = next((tag for tag in tags if tag[:1] not in ("~", NEWSBOAT_HIDDEN_TAG)), "")
        if name not in folders:
            folders[name] = ET.SubElement(body, "outline", text=name)
        ET.SubElement(folders[name], "outline", text=title or url, xmlUrl=url)
    return Subscriptions(root)


def _split_words(line: str) -> Sequence[str]:
    try:
        return shlex.split(line)
    except ValueError:  # an unclosed quote
        return line.split()


def read_subscriptions(library: Path) -> Subscriptions:
    """Read the subscriptions of a library; none if there is no file yet.

    Raises:
        LibraryDamaged: The file cannot be parsed; it is left as it is until the user repairs it.
    """
    path = library / SUBSCRIPTIONS_FILE
    try:
        return parse_opml(path.read_bytes())
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


def move_subscription(subscription: Subscription, url: str) -> Subscription:
    """Return the subscription after its feed has moved for good."""
    former = (*subscription.former_urls, subscription.url)
    return replace(subscription, url=url, former_urls=tuple(dict.fromkeys(former)))
