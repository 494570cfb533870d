"""Articles and rows in plain words, and the input of line mode."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.model.article import (
    ArticleInsights,
    ArticleRow,
    Body,
    FullArticle,
    ReadingStatus,
    SimilarArticle,
)
from store.model.times import UNDATED
from tests.support.reader import make_article
from tui.config.commands import COMMANDS_BY_ID
from tui.config.keymaps import KEYMAP_PRESETS, make_keymap
from tui.plain.input import (
    LAST_ROW,
    ParsedLine,
    build_vocabulary,
    parse_input_line,
    plain_help_lines,
    typable_keys,
)
from tui.rendering.plain_text import article_details_lines, article_lines, describe_row

TEXT = """\
First words with a [link](https://a.example/x) in them.

## A heading

> quoted words

- one
- two [more](https://b.example)

```
code = 1
```

| a | b |
|---|---|
| 1 | 2 |

The end."""


def entry_of(text: str, **facts: object) -> FullArticle:
    found = make_article(1, text=text)
    article = replace(found.article, **facts)  # type: ignore[arg-type]
    return FullArticle(article, replace(found.body, text=text), ReadingStatus(starred=True))


def said(entry: FullArticle, width: int = 80) -> list[str]:
    return [line.text for line in article_lines(entry, width)]


def test_markup_becomes_words() -> None:
    """Headings, quotes, lists, links, code and tables are words, without lines or boxes."""
    lines = said(entry_of(TEXT, authors=("Ada",)))
    assert lines[:3] == [
        "Article number 1 about the harbour",
        "north; Ada; Nov. 1, 2026; 1 minute; unread, starred",
        "URL: https://news.example/1",
    ]
    assert lines[4:] == [
        "First words with a link (link 1) in them.", "", "Heading: A heading", "",
        "Quote: quoted words", "", "- one", "- two more (link 2)", "",
        "Code:", "code = 1", "", "Table:", "a | b", "1 | 2", "", "The end.",
        "", "Links:", "1. https://a.example/x", "2. https://b.example",
    ]  # fmt: skip
    assert not set("".join(lines)) & set("│─┼•↳▐●★")


def test_lines_fit_and_have_offsets() -> None:
    """No line but a URL is wider than asked for; each has its offset in the text."""
    text = TEXT.replace("The end.", "The words go on and on. " * 20)
    lines = list(article_lines(entry_of(text), 30))
    assert all(len(line.text) <= 30 for line in lines if "https:" not in line.text)
    offsets = [line.offset for line in lines]
    assert offsets == sorted(offsets)
    assert offsets[-1] == len(text)
    (heading,) = (line for line in lines if line.text == "Heading: A heading")
    assert text[heading.offset :].startswith("A heading")


def test_an_article_without_a_text_says_so() -> None:
    lines = said(entry_of("", url=""))
    assert lines[1:] == [
        "north; Nov. 1, 2026; 1 minute; unread, starred",
        "",
        "This article has no text.",
        "",
        "Summary: Summary of 1.",
    ]


def test_details_of_an_article() -> None:
    """Summary, similar articles, statistics and details, with labels."""
    entry = replace(entry_of("Words."), body=Body("Words.", "Cut", "import", False))
    similar = (
        SimilarArticle("x", "One", "north", timestamp=86_400, language="ja"),
        SimilarArticle(None, "Two"),
    )
    insights = ArticleInsights(keywords=("ferry", "crews"))
    lines = list(article_details_lines(entry, similar, insights, 80))
    assert lines[0] == "Summary: Cut (truncated at the source)"
    assert lines[2:5] == [
        "Similar Readings: 2.",
        "1. One (north; in Japanese; 1970-01-02; unread)",
        "2. Two (not in the library)",
    ]
    assert "Read 0 times." in lines[6]
    assert f"ID: {entry.article.id}" in lines
    assert "Keywords: ferry, crews" in lines


def test_a_row_names_its_state() -> None:
    """Every state is a word."""
    row = ArticleRow("x", "Title", "north", 86_400, 0, 400, read=True, starred=True, read_count=1)
    assert describe_row(row, 3) == "3. Title (read, starred; north; 1970-01-02; 2 minutes)"
    undated = row._replace(timestamp=UNDATED)
    assert describe_row(undated, 3) == "3. Title (read, starred; north; No date; 2 minutes)"
    assert "(read, starred, updated since read;" in describe_row(row._replace(updated=True), 3)


HERE = ("article.toggle_read", "list.search", "list.category", "article.delete", "app.quit")


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("", ParsedLine()),
        (" 3 ", ParsedLine("", 3)),
        ("m", ParsedLine("article.toggle_read")),
        ("3m", ParsedLine("article.toggle_read", 3)),
        ("3 m", ParsedLine("article.toggle_read", 3)),
        ("m 3", ParsedLine("article.toggle_read", 3, "3")),
        ("m3", ParsedLine("article.toggle_read", 3, "3")),
        ("/harbour master", ParsedLine("list.search", 0, "harbour master")),
        ("/ 3 ships", ParsedLine("list.search", 0, "3 ships")),
        ("c world", ParsedLine("list.category", 0, "world")),
        ("delete", ParsedLine("article.delete")),
        ("quit", ParsedLine("app.quit")),
        ("3..7m", ParsedLine("article.toggle_read", 3, last=7)),
        ("3..7 delete", ParsedLine("article.delete", 3, last=7)),
        ("..7m", ParsedLine("article.toggle_read", 1, last=7)),
        ("3..m", ParsedLine("article.toggle_read", 3, last=LAST_ROW)),
        ("3..7", None),
        ("3.m", None),
        ("mm", None),
        ("nothing", None),
        ("\x1b[A", None),
        ("9" * 30, None),
    ],
)
def test_parsing_a_line(line: str, meant: ParsedLine | None) -> None:
    """Keys and command names, with a number before or after and words after."""
    assert parse_input_line(line, build_vocabulary(make_keymap(), "list", HERE)) == meant


@pytest.mark.parametrize("preset", KEYMAP_PRESETS)
def test_every_command_can_be_typed_with_every_preset(preset: str) -> None:
    """Case 129: where a line cannot hold the keys of a preset, the command's name can be typed."""
    keymap = make_keymap(preset)
    known = build_vocabulary(keymap, "list", HERE)
    assert set(HERE) <= set(known.values())
    text = "\n".join(plain_help_lines(keymap, HERE, (), {}))
    for each in HERE:
        name = (typable_keys(keymap, each) or [COMMANDS_BY_ID[each].label.casefold()])[0]
        assert f"{name}" in text
        assert known[name] == each
