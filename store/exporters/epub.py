"""EPUB: a book of many articles, one per chapter; EPUB 3.3, https://www.w3.org/TR/epub-33/."""

from __future__ import annotations

import uuid
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from typing import BinaryIO

from store.exporters.formats import ArticleCollection
from store.exporters.html import article_to_html

CONTAINER_XML = """\
<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
PAGE_TEMPLATE = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">
<head><title>{title}</title></head>
<body>
{body}
</body>
</html>
"""
PACKAGE_TEMPLATE = """\
<?xml version="1.0" encoding="UTF-8"?>
<package version="3.0" unique-identifier="id" xmlns="http://www.idpf.org/2007/opf">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{id}</dc:identifier>
<dc:title>{title}</dc:title>
<dc:language>{language}</dc:language>
<meta property="dcterms:modified">{made}</meta>
</metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
{items}
</manifest>
<spine>
{spine}
</spine>
</package>
"""
UNKNOWN_LANGUAGE = "und"
EARLIEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""ZIP has no earlier times, and some computers start in 1970."""


def write_epub(collection: ArticleCollection, out: BinaryIO) -> Iterator[int]:
    """Write a book; yield the number of articles written so far."""
    languages: set[str] = set()
    made = max(datetime.fromisoformat(collection.created).timetuple()[:6], EARLIEST_ZIP_TIME)
    with zipfile.ZipFile(out, "w") as archive:

        def put(name: str, text: str, method: int = zipfile.ZIP_DEFLATED) -> None:
            member = zipfile.ZipInfo(name, made)
            member.compress_type = method
            archive.writestr(member, text)

        put("mimetype", "application/epub+zip", zipfile.ZIP_STORED)  # first, uncompressed
        put("META-INF/container.xml", CONTAINER_XML)
        number, titles = 0, list[str]()
        for number, entry in enumerate(collection.entries, start=1):
            titles.append(entry.article.title)  # only of the articles that could be read
            languages.add(entry.article.language)
            title, body = escape(entry.article.title), article_to_html(entry, "a")
            put(f"{number}.xhtml", PAGE_TEMPLATE.format(title=title, body=body))
            yield number
        put("nav.xhtml", _render_contents(collection.title, titles))
        put("book.opf", _render_package(collection, number, languages))


def _render_contents(title: str, titles: Sequence[str]) -> str:
    links = "\n".join(
        f'<li><a href="{number}.xhtml">{escape(each)}</a></li>'
        for number, each in enumerate(titles, start=1)
    )
    body = f'<nav epub:type="toc"><h1>{escape(title)}</h1><ol>\n{links}\n</ol></nav>'
    return PAGE_TEMPLATE.format(title=escape(title), body=body)


def _render_package(collection: ArticleCollection, chapters: int, languages: set[str]) -> str:
    numbers = range(1, chapters + 1)
    return PACKAGE_TEMPLATE.format(
        id=uuid.uuid5(uuid.NAMESPACE_OID, f"{collection.title}\n{collection.created}"),
        title=escape(collection.title),
        language=escape("".join(languages) if len(languages) == 1 else "") or UNKNOWN_LANGUAGE,
        made=f"{collection.created[:19]}Z",
        items="\n".join(
            f'<item id="c{n}" href="{n}.xhtml" media-type="application/xhtml+xml"/>'
            for n in numbers
        ),
        spine="\n".join(f'<itemref idref="c{n}"/>' for n in numbers),
    )
