"""Containers of records: JSON of any size, JSON Lines and CSV."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, BinaryIO, NamedTuple

import orjson

from store.importers.annotations import (
    attach_bookmark_highlights,
    attach_highlights,
    group_highlight_rows,
    group_web_annotations,
    is_highlight_row,
    is_web_annotation_list,
)
from store.importers.bookmark_trees import is_bookmark_tree, iter_bookmarks
from store.importers.common_names import has_article_field, is_article
from store.importers.ghost_export import find_ghost_tables, iter_ghost_posts
from store.model.article import Rejection
from store.model.date_text import expand_year, find_day_order
from store.model.times import MAX_DATE_LENGTH, parse_timestamp
from store.text.charsets import (
    STRAY_BYTES_AS_WESTERN,
    WESTERN,
    find_marked_charset,
    guess_charset,
    is_utf8,
)
from store.text.clean import clean_line

RECORD_LIST_KEYS = (
    "articles", "items", "results", "entries", "bookmarks", "collections", "orderedItems", "hits", "item"
)  # fmt: skip
"""Names under which an object holds its records."""
ANSWER_KEYS = str.split("stories data _embedded search feed content lists children response")
"""Names under which an answer of an API holds its records, or an object that does."""
LINK_LIST_KEYS = ("links", "cards")
"""Names under which a collection of Linkwarden or a list of Toby holds its records."""
WRAPPERS = (
    (frozenset({"type", "object"}), "object"),  # of ActivityPub
    (frozenset({"type", "attributes"}), "attributes"),  # of JSON:API
    (frozenset({"kind", "data"}), "data"),  # of Reddit
)
"""The fields of what is around a record, and the one of them that has it."""
ARTICLE_KEYS = frozenset({"url", "link", "title"})
WEB_CELL = re.compile(r"https?://\S+", re.IGNORECASE)
MAX_ANSWER_DEPTH = 5
"""How deep in an answer records are looked for."""
JSON_SPACE = re.compile(r"\s*+")

WEB_ANNOTATION_KEYS = ("annotations", "rows")
"""Names under which Hypothesis lists annotations, each with its page."""

JSON_BUFFER_BYTES = 4 * 1024 * 1024
"""Bytes that are parsed at once: the parser looks at a string that goes on from its start for each of them."""
RECORD_LIST_START = re.compile(rb'"(%s)"\s*:\s*\[' % "|".join(RECORD_LIST_KEYS).encode())

SEPARATOR_LINE = re.compile(r"\"?sep=(.)\"?", re.IGNORECASE)
"""The line by which Excel is told what separates the cells."""
LINE_BLANKS = " \r\n"
MAX_CSV_HEADER_CHARS = 5_000
MAX_LINE_BYTES = MAX_FIELD_SIZE = 64 * 1024 * 1024
"""A line of JSON Lines, a CSV field or a file in a ZIP; more than that is a bomb."""

CHARSET_SAMPLE_BYTES = 1024 * 1024
DATE_SAMPLE_ROWS = 1_000
"""Rows whose dates decide which number of a date is the day."""
DATE_CELL = re.compile(
    r"\s*+(\d{1,2})([-/])(\d{1,2})\2(\d{4}|\d\d)((?:[ ,T]{1,3}\d{1,2}[:.]\d\d[^\n]{0,20})?)\s*+"
)
"""A date written in numbers, perhaps with a time of day."""


class ImportItem(NamedTuple):
    """The fields of one article and their location, as the user can find it."""

    location: str
    fields: Mapping[str, Any]


class _PrefixedStream(io.RawIOBase):
    """A stream whose beginning was read already."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = len(buffer)
        data = self._head[:size] or self._rest.read(size)
        self._head = self._head[size:]
        buffer[: len(data)] = data
        return len(data)


def join_stream(head: bytes, rest: BinaryIO) -> io.BufferedReader:
    """Return a stream whose beginning was read already as one."""
    return io.BufferedReader(_PrefixedStream(head, rest))


def open_text(head: bytes, rest: BinaryIO) -> io.TextIOWrapper:
    """Return a stream whose beginning was read already as text with its own line ends.

    Its first megabyte decides the charset; single bytes that do not fit it are Western European.
    """
    head += rest.read(max(0, CHARSET_SAMPLE_BYTES - len(head)))
    charset = find_marked_charset(head) or (
        "utf-8" if is_utf8(head) else guess_charset(head) or WESTERN
    )
    stream = join_stream(head.removeprefix(codecs.BOM_UTF8), rest)
    return io.TextIOWrapper(stream, charset, STRAY_BYTES_AS_WESTERN, newline="")


def extract_records(value: Any, depth: int = 0) -> list[Any]:
    """Return the records of a JSON document: a list, an object that holds one, or one record.

    `depth` is the depth of the value in the document.
    """
    if isinstance(value, dict):
        if is_bookmark_tree(value):
            return list(iter_bookmarks(value))
        if tables := find_ghost_tables(value):
            return list(iter_ghost_posts(tables))
        for name in WEB_ANNOTATION_KEYS:
            if is_web_annotation_list(value.get(name)):
                return group_web_annotations(value[name])
        for name in RECORD_LIST_KEYS:
            if isinstance(records := value.get(name), list):
                if name == "bookmarks" and isinstance(value.get("highlights"), list):
                    records = [*records, *value["highlights"]]
                if name == "bookmarks" and isinstance(value.get("lists"), list):
                    records = name_lists(records, value["lists"])
                return [record for each in records for record in _expand_links(each)]
        if value.keys().isdisjoint(ARTICLE_KEYS) and depth < MAX_ANSWER_DEPTH:
            return [value] if is_article(value) else _extract_answer(value, depth) or [value]
        if 0 < depth < MAX_ANSWER_DEPTH and not is_article(value):  # a title of the list
            return _find_articles(value, depth) or [value]
    if not isinstance(value, list) or depth:
        return value if isinstance(value, list) else [value]
    return [record for each in value for record in _expand_page(each)]


def _expand_page(value: Any) -> list[Any]:
    """Return the articles in an answer that is one of several in a list; any other value is a record."""
    if isinstance(value, dict) and not has_article_field(value):
        found = extract_records(value, depth=1)
        if found and all(map(is_article, found)):
            return found
    return [value]


def name_lists(records: list[Any], lists: list[Any]) -> list[Any]:
    """Return the bookmarks of karakeep with the names of their lists in place of the ids."""
    names = {str(each.get("id")): each.get("name") for each in lists if isinstance(each, dict)}
    return [
        {**each, "lists": [names.get(one, one) for one in each["lists"] if isinstance(one, str)]}
        if isinstance(each, dict) and isinstance(each.get("lists"), list)
        else each
        for each in records
    ]


def _extract_answer(value: Mapping[str, Any], depth: int) -> list[Any]:
    """Return the records in the answer of an API; none if it has them nowhere."""
    by_id = value.get("list")  # of Pocket
    if isinstance(by_id, dict) and all(isinstance(each, dict) for each in by_id.values()):
        return list(by_id.values())
    if isinstance(edges := value.get("edges"), list):  # of GraphQL
        return [each["node"] for each in edges if isinstance(each, dict) and "node" in each]
    for inner in (value.get(name) for name in ANSWER_KEYS):
        if isinstance(inner, list):
            return [record for each in inner for record in _expand_links(each)]
        if isinstance(inner, dict):
            found = extract_records(inner, depth + 1)
            if not _is_single(found, inner) or is_article(inner):
                return found
    return _find_articles(value, depth)


def _find_articles(value: Mapping[str, Any], depth: int) -> list[Any]:
    """Return the articles in an object, whatever the names are under which it holds them."""
    found: list[Any] = []
    for name, inner in value.items():
        if isinstance(inner, list) and inner and all(map(is_article, inner)):
            found += inner
        elif isinstance(inner, dict):
            if WEB_CELL.fullmatch(name) and "title" in inner:
                found.append({"url": name, **inner})
            else:
                found += filter(is_article, extract_records(inner, depth + 1))
    return found


def _is_single(records: list[Any], value: Any) -> bool:
    """Return True if a value was one record itself."""
    return len(records) == 1 and records[0] is value


def _expand_links(value: Any) -> Iterator[Any]:
    """Yield the links of a collection, each with its name; any other value is a record itself, or around one."""
    given = value if isinstance(value, dict) else {}
    for fields, inner in WRAPPERS:
        if fields <= given.keys() and isinstance(given[inner], dict | str):
            value = given[inner]
    links = next(
        (given[name] for name in LINK_LIST_KEYS if isinstance(given.get(name), list)), None
    )
    if links is None:
        yield value
        return
    name = given.get("name") or given.get("title")
    for link in links:
        yield {**link, "collection": name} if isinstance(link, dict) else link


def as_list(value: object) -> list[Any]:
    """Return a list as it is, and an empty one for any other value."""
    return value if isinstance(value, list) else []


def describe_type(value: object) -> str:
    """Return the type of a value for the user: `a list`, `a number`."""
    if isinstance(value, bool):
        return "yes or no"
    names = ((str, "text"), (int | float, "a number"), (Mapping, "an object"), (list, "a list"))
    return next((name for kind, name in names if isinstance(value, kind)), "something else")


def make_item(location: str, value: Any) -> ImportItem | Rejection:
    """Return a record as an item, unless it is neither an object nor a URL."""
    if isinstance(value, str) and WEB_CELL.fullmatch(value):
        return ImportItem(location, {"url": value})
    if isinstance(value, dict):
        return ImportItem(location, value)
    return Rejection(location, f"expected an article (a JSON object), found {describe_type(value)}")


def read_json_items(name: str, data: bytes) -> Iterator[ImportItem | Rejection]:
    """Yield the items of a JSON document."""
    return order_dates(_iter_json_items(name, data))


def _iter_json_items(name: str, data: bytes) -> Iterator[ImportItem | Rejection]:
    try:
        values = [parse_json(data.removeprefix(codecs.BOM_UTF8))]
        problem = ""
    except ValueError as error:
        values, is_whole = _parse_json_sequence(data)
        problem = "" if is_whole else str(error)
    found = (record for value in values for record in extract_records(value))
    records = attach_bookmark_highlights(attach_highlights(list(found)))
    is_single = len(values) == 1 and _is_single(records, values[0])
    for number, record in enumerate(records, start=1):
        yield make_item(name if is_single else f"{name}: article {number}", record)
    if problem:
        yield Rejection(name, problem)


def _parse_json_sequence(data: bytes) -> tuple[list[Any], bool]:
    """Return the values that stand one after the other, as `jq` writes them, and whether they are all."""
    text = data.decode("utf-8", "replace").removeprefix("\ufeff").strip()
    decoder = json.JSONDecoder()
    values: list[Any] = []
    at = 0
    try:
        while at < len(text):
            value, end = decoder.raw_decode(text, at)
            values.append(value)
            space = JSON_SPACE.match(text, end)
            at = space.end() if space else end
    except (ValueError, RecursionError):
        return values, False
    return values, True


def read_json_lines(name: str, head: bytes, rest: BinaryIO) -> Iterator[ImportItem | Rejection]:
    """Yield the items of JSON Lines as they come."""
    return order_dates(_iter_json_lines(name, head, rest))


def _iter_json_lines(name: str, head: bytes, rest: BinaryIO) -> Iterator[ImportItem | Rejection]:
    for number, line in enumerate(_iter_lines(head, rest), start=1):
        location = f"{name}: line {number}"
        if line is None:
            yield Rejection(location, "the line is too long")
            continue
        line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if line.isspace() or not line:
            continue
        try:
            value = parse_json(line)
        except ValueError as error:
            yield Rejection(location, str(error))
        else:
            yield from (make_item(location, record) for record in extract_records(value))


def _iter_lines(head: bytes, rest: BinaryIO) -> Iterator[bytes | None]:
    """Yield the lines of a stream whose beginning was read already; None for one that is too long."""
    *complete, start = head.split(b"\n")
    yield from complete
    line = start + rest.readline(MAX_LINE_BYTES)
    while line:
        is_cut = len(line) >= MAX_LINE_BYTES and not line.endswith(b"\n")
        yield None if is_cut else line
        while is_cut and (line := rest.readline(MAX_LINE_BYTES)):
            is_cut = not line.endswith(b"\n")
        line = rest.readline(MAX_LINE_BYTES)


def parse_json(data: bytes) -> Any:
    """Parse JSON as tolerantly as is safe: lone surrogates, NaN and infinity are accepted.

    Raises:
        ValueError: It is not JSON; the text says at which place.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        strict = error
    try:
        # orjson rejects some values although the rest of the article is fine.
        return json.loads(data.decode("utf-8"), parse_constant=lambda _: None)
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 at byte {error.start}") from None
    except (ValueError, RecursionError):
        place = f"column {strict.colno}" if strict.lineno == 1 else f"line {strict.lineno}"
        raise ValueError(f"not JSON: {strict.msg} ({place})") from None


def stream_json_items(name: str, head: bytes, rest: BinaryIO) -> Iterator[ImportItem | Rejection]:
    """Yield the items of a JSON document that is too large to be read whole."""
    return order_dates(_stream_records(name, head, rest))


def _stream_records(name: str, head: bytes, rest: BinaryIO) -> Iterator[ImportItem | Rejection]:
    import ijson  # imported here: few imports need it

    list_start = RECORD_LIST_START.search(head)
    if head.lstrip()[:1] == b"[":
        prefix = "item"
    else:
        prefix = f"{list_start[1].decode()}.item" if list_start else ""
    number = 0
    try:
        stream = join_stream(head, rest)
        for value in ijson.items(stream, prefix, use_float=True, buf_size=JSON_BUFFER_BYTES):
            for record in _expand_links(value):
                number += 1
                yield make_item(f"{name}: article {number}", record)
    except ijson.JSONError as error:
        reason = clean_line(str(error), limit=120)
        yield Rejection(name, f"not JSON after article {number}: {reason}")


def parse_csv_header(text: str) -> list[str]:
    """Return the names in the first line of a text that may be CSV."""
    first, _, rest = text.partition("\n")
    separator = SEPARATOR_LINE.fullmatch(first.strip(LINE_BLANKS))
    line = (rest.split("\n", 1)[0] if separator else first).rstrip("\r")
    delimiter = separator[1] if separator else _guess_delimiter(line)
    return _parse_csv_line(line, delimiter) if len(line) < MAX_CSV_HEADER_CHARS else []


def _parse_csv_line(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # a line break inside
        return []


def _guess_delimiter(line: str) -> str:
    return max(",;\t|", key=line.count)


def read_csv_items(name: str, head: bytes, rest: BinaryIO) -> Iterator[ImportItem | Rejection]:
    """Yield the items of a CSV file; cells are kept as they are.

    The first line names the fields, unless it has a URL.

    Dates of numbers are the exception, see `order_dates`. Rows with one highlight each are grouped to one item
    per book or page.
    """
    highlights: list[Mapping[str, Any]] = []
    for item in order_dates(_read_csv_rows(name, head, rest)):
        if isinstance(item, ImportItem) and is_highlight_row(item.fields):
            highlights.append(item.fields)
        else:
            yield item
    for number, fields in enumerate(group_highlight_rows(highlights), start=1):
        yield ImportItem(f"{name}: book {number}", fields)


def order_dates(items: Iterable[ImportItem | Rejection]) -> Iterator[ImportItem | Rejection]:
    """Yield items with dates of numbers as ISO 8601 where others in their field say which number is the day.

    Nothing waits for what follows before there is such a date.
    """
    rows = iter(items)
    for row in rows:
        if _has_date_of_numbers(row):
            yield from _order_sample(chain([row], rows))
            return
        yield row


def _has_date_of_numbers(row: ImportItem | Rejection) -> bool:
    cells = row.fields.values() if isinstance(row, ImportItem) else ()
    return any(isinstance(cell, str) and DATE_CELL.fullmatch(cell) for cell in cells)


def _order_sample(rows: Iterator[ImportItem | Rejection]) -> Iterator[ImportItem | Rejection]:
    first: list[ImportItem | Rejection] = []
    failure: OSError | None = None
    try:
        first.extend(islice(rows, DATE_SAMPLE_ROWS))
    except OSError as error:  # what was read before it is not lost
        failure = error
    orders = _find_orders(first)
    for row in chain(first, rows):
        if orders and isinstance(row, ImportItem):
            cells = {
                name: write_iso_date(cell, is_day_first=order)
                for name, order in orders.items()
                if isinstance(cell := row.fields.get(name), str)
            }
            row = ImportItem(row.location, {**row.fields, **cells})
        yield row
    if failure:
        raise failure


def _find_orders(rows: Iterable[ImportItem | Rejection]) -> dict[str, bool]:
    """Return whether the day comes first, for each field whose dates say so."""
    columns: dict[str, list[str]] = {}
    for row in rows:
        for name, cell in row.fields.items() if isinstance(row, ImportItem) else ():
            if cell and isinstance(cell, str):
                columns.setdefault(name, []).append(cell)
    orders = {name: find_column_order(cells) for name, cells in columns.items()}
    return {name: order for name, order in orders.items() if order is not None}


def find_column_order(cells: Sequence[str]) -> bool | None:
    """Return True if the day comes first in a column of dates, False if the month does, else None."""
    if any(len(cell) > MAX_DATE_LENGTH for cell in cells):
        return None
    order = find_day_order(cells)
    return None if order is None or not all(map(_is_date, cells)) else order


def _is_date(cell: str) -> bool:
    return DATE_CELL.fullmatch(cell) is not None or parse_timestamp(cell) is not None


def write_iso_date(cell: str, *, is_day_first: bool) -> str:
    """Return a cell whose date is written in numbers as ISO 8601, in the order of its column."""
    if not (found := DATE_CELL.fullmatch(cell)):
        return cell
    day, month = (found[1], found[3]) if is_day_first else (found[3], found[1])
    return f"{expand_year(found[4])}-{month:0>2}-{day:0>2}{found[5]}"


def _name_cells(cells: Sequence[str]) -> list[str]:
    """Return names for the cells of a row that no line names: by what is in them, and others by their place."""
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        is_url = WEB_CELL.fullmatch(cell) is not None
        is_date = not is_url and bool(cell) and _is_date(cell)
        name = "url" if is_url else "created" if is_date else "title"
        names.append(f"column {number}" if name in names or not cell else name)
    return names


def _read_csv_rows(name: str, head: bytes, rest: BinaryIO) -> Iterator[ImportItem | Rejection]:
    csv.field_size_limit(MAX_FIELD_SIZE)  # global to the module; the default is too small
    text = open_text(head, rest)
    before = [first := text.readline()]
    while first and (not first.strip() or SEPARATOR_LINE.fullmatch(first.strip(LINE_BLANKS))):
        before.append(first := text.readline())
    separators = filter(
        None, (SEPARATOR_LINE.fullmatch(each.strip(LINE_BLANKS)) for each in before)
    )
    delimiter = next((each[1] for each in separators), _guess_delimiter(first))
    names = _parse_csv_line(first.rstrip("\r\n"), delimiter)
    lines: Iterable[str] = text
    if any(map(WEB_CELL.fullmatch, names)):
        names, lines = _name_cells(names), chain([before.pop()], text)
    rows = csv.DictReader(lines, names, delimiter=delimiter)
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Rejection(f"{name}: line {rows.line_num + len(before)}", f"not CSV: {error}")
            return
        if row is None:
            return
        cells = {key: value for key, value in row.items() if isinstance(key, str) and value}
        if cells:
            yield ImportItem(
                f"{name}: line {rows.line_num + len(before)}", dict.fromkeys(names, "") | cells
            )
