"""Reading pages: sections in any order, labels that run together, several pages in one file."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from store.importers.read_files import read_articles
from store.importers.reading_page import is_reading_page, parse_reading_pages
from store.model.article import ParsedArticle

NOW = "2031-05-06T07:08:09Z"
BESIDE = Path(__file__).resolve().parents[4]
SEED = BESIDE / "shared" / "seed" / "000_4b8c0df01fd5abb0.txt"

LEAD = "Ferry crews in Nordvik have agreed to sail again after a strike of nine days that began with a dispute over pay."
PARAGRAPHS = [
    "The first boat left the quay at six in the morning.",
    "Passengers had waited since midnight.",
    'The mayor said, "We have missed the sound of the horn. The town was an island without a bridge."',
    "Talks about pay go on next week.",
]
TITLES = ["Nordvik: strike enters second week", "Crews and owners meet", "Details of the pay offer"]
CUT = "Ferries sail again after nine days. The crews expect a decision from"
BODY = "\n".join([LEAD, *PARAGRAPHS, *PARAGRAPHS])
SIMILAR = "\n".join(["Similar Readings (3 items)", *TITLES])
SUMMARY = f"Summary\n{CUT}"
WORDS = 64
STATISTICS = f"Statistics\n{WORDS}\nWords2\nRead Count"
DETAILS = """Details
ID: 5b0d1f0a-7c33-4d2a-8e44-0d9b6a7f1c22
Category ID: coast
URL: https://example.org/nordvik/ferry/
Date: Mar. 3, 2029
Created: 2029/03/04 08:15
Updated: 2030/01/02 17:44
Last Read: 2029/03/05 21:30"""
PARTS = {"body": BODY, "similar": SIMILAR, "summary": SUMMARY, "stats": STATISTICS, "det": DETAILS}
PAGE = f"{BODY}\n{SIMILAR}\n{SUMMARY}\n{STATISTICS}{DETAILS}"


def found_in(text: str) -> list[ParsedArticle]:
    stream = io.BytesIO(text.encode())
    found = list(read_articles("page.txt", stream, now=NOW, kind="reading"))
    assert all(isinstance(item, ParsedArticle) for item in found), found
    return [item for item in found if isinstance(item, ParsedArticle)]


def only(text: str) -> ParsedArticle:
    (found,) = found_in(text)
    return found


def check_whole(found: ParsedArticle) -> None:
    article = found.article
    assert article.id == "5b0d1f0a-7c33-4d2a-8e44-0d9b6a7f1c22"
    assert article.category == "coast"
    assert article.url == "https://example.org/nordvik/ferry/"
    assert (article.date, article.created) == ("2029-03-03", "2029-03-04T08:15:00Z")
    assert article.updated == "2030-01-02T17:44:00Z"
    assert (article.words, article.extra) == (WORDS, {})
    assert found.body.text.split("\n\n") == [LEAD, *PARAGRAPHS]
    assert found.body.summary == CUT
    assert not found.body.summary_complete
    assert found.body.similar == tuple(TITLES)
    assert (found.reading.read, found.reading.read_count) == (True, 2)
    assert found.reading.last_read == "2029-03-05T21:30:00Z"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\n\n"])
def test_the_whole_page(line_end: str) -> None:
    found = only(PAGE.replace("\n", line_end))
    check_whole(found)
    title = "Ferry crews in Nordvik have agreed to sail again after a strike of nine days that began with a…"
    assert found.article.title == title


def test_the_first_page_of_the_project() -> None:
    if not SEED.exists():
        pytest.skip("the first page is not part of the distribution")
    with SEED.open("rb") as stream:
        (found,) = read_articles(SEED.name, stream, now=NOW)
    assert isinstance(found, ParsedArticle)
    article, body, reading = found.article, found.body, found.reading
    assert article.id == "621cac23-53d8-45a9-84fe-44f835ed5dbd"
    assert article.category == "nhk"
    assert article.url == "https://www3.nhk.or.jp/nhkworld/en/news/20220228_41/"
    assert (article.words, article.extra) == (373, {})
    assert article.date == "2022-02-28"
    assert article.created == reading.last_read == "2022-02-28T20:04:00Z"
    assert article.updated == "2025-12-09T17:44:00Z"
    assert len(body.text.split("\n\n")) == 19
    assert article.title.endswith("…")
    assert body.text.startswith(article.title[:-1])
    assert len(body.similar) == 5
    assert body.summary.endswith("a guarantee that")
    assert not body.summary_complete
    assert (reading.read, reading.read_count) == (True, 1)


@pytest.mark.parametrize("order", list(permutations(PARTS)), ids="-".join)
def test_sections_come_in_any_order(order: tuple[str, ...]) -> None:
    check_whole(only("\n".join(PARTS[part] for part in order)))


@pytest.mark.parametrize("missing", ["similar", "summary", "stats", "det"])
def test_a_section_may_be_missing(missing: str) -> None:
    found = only("\n".join(text for part, text in PARTS.items() if part != missing))
    assert found.body.text.split("\n\n") == [LEAD, *PARAGRAPHS]
    assert bool(found.body.similar) is (missing != "similar")
    assert bool(found.body.summary) is (missing != "summary")
    assert (found.reading.read_count == 2) is (missing != "stats")
    assert (found.article.category == "coast") is (missing != "det")


def test_a_page_without_text() -> None:
    found = only(f"{SIMILAR}\n{DETAILS}")
    assert found.article.title == "https://example.org/nordvik/ferry/"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("Words: 1,373\nRead Count: 4", {"words": 1373, "read_count": 4}),
        ("words : 373", {"words": 373}),
        ("373\nWords\n4\nRead Count", {"words": 373, "read_count": 4}),
        ("373 Words\n4 Read Count", {"words": 373, "read_count": 4}),
        ("Words\n373\nRead Count\n4", {"words": 373, "read_count": 4}),
        ("373\nWords4\nRead Count", {"words": 373, "read_count": 4}),
        ("4\nRead Count373\nWords", {"words": 373, "read_count": 4}),
        ("Read Count: 0", {"read_count": 0}),
        ("", {}),
    ],
)
@pytest.mark.parametrize(
    "after", ["", "\nDetails\nID: x", "Details\nID: x", "\nSummary\nIt sails."]
)
def test_statistics(lines: str, expected: Any, after: str) -> None:
    if not lines and after.startswith("Details"):
        return
    (fields,) = parse_reading_pages(f"Text.\nStatistics\n{lines}{after}".splitlines())
    assert {name: fields[name] for name in ("words", "read_count") if name in fields} == expected
    assert fields["text"] == "Text."
    assert fields.get("id") == ("x" if "ID" in after else None)


def test_the_statistics_may_run_into_the_next_text() -> None:
    first, second = parse_reading_pages(f"One.\n{STATISTICS}Two sail.\nThree.".splitlines())
    assert first["read_count"] == 2
    assert second["text"] == "Two sail.\n\nThree."


def test_details_are_tolerant_and_end_at_another_line() -> None:
    first, second = parse_reading_pages(
        [
            "Text.",
            "Details:",
            "id : a",
            "CATEGORY: Coast",
            "Category ID: c",
            "URL:",
            "Last read: Never",
            "title:  The ferry ",
            "Created:2029/03/04",
            "Nobody knows who wrote it.",
        ]
    )
    assert first == {
        "id": "a",
        "category": "Coast",
        "category_id": "c",
        "title": "The ferry",
        "created": "2029/03/04",
        "text": "Text.",
        "summary": "",
        "similar": [],
    }
    assert second["text"] == "Nobody knows who wrote it."


@pytest.mark.parametrize(
    ("heading", "taken"),
    [
        ("Similar Readings (3 items)", TITLES),
        ("Similar Readings (2 items)", TITLES[:2]),
        ("Similar Readings (0 items)", []),
        ("Similar Reading (1 item)", TITLES[:1]),
        ("similar readings (3)", TITLES),
    ],
)
def test_the_heading_announces_the_number_of_titles(heading: str, taken: list[str]) -> None:
    (fields,) = parse_reading_pages([heading, *TITLES, "Details", "ID: x"])
    assert fields["similar"] == taken
    assert fields["text"] == "\n\n".join(TITLES[len(taken) :])


def test_a_title_may_look_like_a_heading() -> None:
    (fields,) = parse_reading_pages(
        ["Similar Readings (2 items)", "Summary", "Details", "Summary", "It sails."]
    )
    assert fields["similar"] == ["Summary", "Details"]
    assert fields["summary"] == "It sails."


def test_titles_without_a_number_end_at_a_heading() -> None:
    (fields,) = parse_reading_pages(["Similar Readings", *TITLES, "Summary", "It sails."])
    assert fields["similar"] == TITLES


def test_a_summary_of_several_lines() -> None:
    (fields,) = parse_reading_pages(["Text.", "Summary", "One.", "Two.", "Details", "ID: x"])
    assert (fields["text"], fields["summary"]) == ("Text.", "One.\n\nTwo.")


def test_a_summary_before_the_text_has_one_line() -> None:
    (fields,) = parse_reading_pages(["Summary", "One.", "Two.", "Three.", "Details", "ID: x"])
    assert (fields["text"], fields["summary"]) == ("Two.\n\nThree.", "One.")


def test_a_summary_at_the_end_of_a_page_has_one_line() -> None:
    first, second = parse_reading_pages(
        ["Text.", "Details", "ID: x", "Summary", "One.", "Two.", "Three.", "Details", "ID: y"]
    )
    assert (first["text"], first["summary"], first["id"]) == ("Text.", "One.", "x")
    assert (second["text"], second["summary"], second["id"]) == ("Two.\n\nThree.", "", "y")


def test_three_pages_in_one_file() -> None:
    one = PAGE
    two = PAGE.replace("5b0d1f0a", "5b0d1f0b").replace("ferry/", "ferry/2")
    three = PAGE.replace("5b0d1f0a", "5b0d1f0c").replace("ferry/", "ferry/3")
    found = found_in(f"{one}\n{two}\n\n{three}\n")
    assert [item.article.id[:8] for item in found] == ["5b0d1f0a", "5b0d1f0b", "5b0d1f0c"]
    check_whole(found[0])
    assert {item.body for item in found} == {found[0].body}


def test_the_second_page_has_no_details() -> None:
    first, second = found_in(f"{PAGE}\nAnother text.\n{SIMILAR}\nSummary\nShort.")
    check_whole(first)
    assert (second.body.text, second.body.summary) == ("Another text.", "Short.")
    assert second.article.created == NOW


def test_the_first_page_has_no_details() -> None:
    first, second = found_in(f"Another text.\n{SIMILAR}\n{SUMMARY}\n{STATISTICS}{PAGE}")
    assert first.body.text == "Another text."
    check_whole(second)


def test_repeated_paragraphs_are_kept_if_the_page_counted_them() -> None:
    twice = ["Row, row.", "Row your boat.", "Row, row."]
    (counted,) = parse_reading_pages([*twice, "Statistics", "7", "Words"])
    assert counted["text"] == "\n\n".join(twice)
    (folded,) = parse_reading_pages([*twice, "Statistics", "5", "Words"])
    assert folded["text"] == "Row, row.\n\nRow your boat."


def test_a_different_word_count_is_kept() -> None:
    found = only("Two words.\nStatistics\n9\nWords1\nRead Count")
    assert (found.article.words, found.article.extra) == (2, {"words": 9})


@pytest.mark.parametrize(
    ("text", "is_page"),
    [
        (PAGE, True),
        (PAGE.replace("\n", "\r\n"), True),
        (f"Text.\n{SIMILAR}", True),
        (f"Text.\n{DETAILS}", True),
        ("Text.\n\nStatistics: 4 of 5.\n\nDetails will follow.", False),
        ("Text.\n\nSummary\n\nIt sails.", False),
        ("", False),
    ],
)
def test_a_reading_page_is_recognized(text: str, is_page: bool) -> None:
    assert is_reading_page(text) is is_page


@pytest.mark.parametrize(
    ("lines", "extra"),
    [
        ("373\nWords\n1\nRead Count\n2\nMinutes", {}),
        ("373\nWords1\nRead Count2\nMinutes", {}),
        ("2\nMinutes\n373\nWords\n1\nRead Count", {}),
        ("373 Words\n1 Read Count\n2 minutes to read", {}),
        ("373\nWords\n1\nRead Count\n12\nSentences", {"Sentences": "12"}),
        ("373\nWords\n12\nSentences\n1\nRead Count", {"Sentences": "12"}),
        ("373\nWords1\nRead Count12\nSentences", {"Sentences": "12"}),
        ("373\nWords\n1\nRead Count\n93%\nRead so far", {"Read so far": "93%"}),
        ("Words\n373\nSentences\n12\nRead Count\n1", {"Sentences": "12"}),
        ("Sentences\n12\nWords\n373\nRead Count\n1", {"Sentences": "12"}),
        ("Words: 373\nRead Count: 1\nReading time: 2 min", {"Reading time": "2 min"}),
        ("373\nWords\n1\nRead Count\nTone: neutral", {"Tone": "neutral"}),
        ("373\nWords\n1\nRead Count\nEasy to read", {"statistics": "Easy to read"}),
        ("373\nWords1\nRead Count2 min", {"min": "2"}),
        ("Level\nB2\n373\nWords1\nRead Count", {"statistics": "Level B2"}),
    ],
)
@pytest.mark.parametrize("between", ["\n", ""])
def test_unknown_statistics(lines: str, extra: dict[str, str], between: str) -> None:
    if not between and (lines[-1].isdigit() or lines.endswith(("min", "neutral", "read"))):
        return
    (fields,) = parse_reading_pages(
        f"Text.\nStatistics\n{lines}{between}Details\nID: x".splitlines()
    )
    assert (fields["words"], fields["read_count"], fields["id"]) == (373, 1, "x")
    assert (fields["text"], fields.get("extra", {})) == ("Text.", extra)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Key Terms: talks, border", {"extra": {"Key Terms": "talks, border"}}),
        ("Key Terms:\ntalks, border", {"extra": {"Key Terms": "talks, border"}}),
        ("Author: Ann Moar", {"authors": "Ann Moar"}),
        ("Tags: sea, fog", {"tags": "sea, fog"}),
        ("Last Opened: 2029/03/05 21:30", {"last_opened": "2029/03/05 21:30"}),
        ("Read: maybe", {"extra": {"Read": "maybe"}}),
        ("Key Terms: none", {}),
    ],
)
@pytest.mark.parametrize("place", range(4))
def test_unknown_details(line: str, found: dict[str, Any], place: int) -> None:
    details = ["ID: x", "URL: https://example.org/", "Last Read: 2029/03/05 21:30"]
    details.insert(place, line)
    page = "\n".join(["Text.", "Details", *details])
    first, second = parse_reading_pages(
        f"{page}\nAnother text goes on here.\n{DETAILS}".splitlines()
    )
    assert first == {
        "id": "x",
        "url": "https://example.org/",
        "last_read": "2029/03/05 21:30",
        "text": "Text.",
        "summary": "",
        "similar": [],
        **found,
    }
    assert second["text"] == "Another text goes on here."


def test_a_line_between_details_belongs_to_them() -> None:
    (fields,) = parse_reading_pages(
        ["Text.", "Details", "ID: x", "Marked", "URL: https://a.example/"]
    )
    assert (fields["url"], fields["extra"]) == ("https://a.example/", {"details": "Marked"})


@pytest.mark.parametrize(
    ("old", "new"),
    [("Read CountDetails", "Read Count2\nMinutesDetails"), ("Date:", "Key Terms: a, b\nDate:")],
)
def test_the_first_page_of_the_project_with_one_more_line(old: str, new: str) -> None:
    if not SEED.exists():
        pytest.skip("the first page is not part of the distribution")
    text = SEED.read_text()
    (before,) = found_in(text)
    (after,) = found_in(text.replace(old, new))
    assert (after.body, after.reading) == (before.body, before.reading)
    assert replace(after.article, extra={}) == before.article


@pytest.mark.parametrize(
    "piece", ["Details", "Aa", "A1", "1A", "Words1", "Read Count2", "A: 1", "%"]
)
def test_a_long_line_of_statistics_is_read(piece: str) -> None:
    lines = ["Text.", "Statistics", "7", f"a{piece * 20_000}", "Details", "ID: x"]
    pages = list(parse_reading_pages(lines))
    assert (pages[0]["text"], pages[-1]["id"]) == ("Text.", "x")
