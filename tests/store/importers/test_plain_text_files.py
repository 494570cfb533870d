"""Plain text: paragraphs, wrapping, headline."""

from __future__ import annotations

import pytest

from store.importers.plain_text import parse_plain_text

LONG = "This line is far longer than any line that somebody wrapped by hand, and so it has to be a paragraph alone."


@pytest.mark.parametrize(
    ("plain", "text"),
    [
        ("One line\nof two.\n\nAnother.", "One line of two.\n\nAnother."),
        ("One line\r\nof two.\r\n\r\n\r\nAnother.", "One line of two.\n\nAnother."),
        ("One.\n \t\nTwo.", "One.\n\nTwo."),
        (f"{LONG} Yes.\n{LONG} No.\nShort.", f"{LONG} Yes.\n\n{LONG} No.\n\nShort."),
        ("Buy:\n- milk\n- two\nloaves", "Buy:\n- milk\n- two loaves"),
        ("As he said:\n\n    a poem\n    of lines", "As he said:\n\n    a poem\n    of lines"),
        ("   Indented first\nline of two.", "Indented first line of two."),
        ("Port    Boats\nEld     7\nOs\t12", "Port    Boats\nEld     7\nOs\t12"),
        ("新聞は\n毎日。", "新聞は毎日。"),
        (
            "There are.\n\n# of boats: 3\n\n> 40 of them",
            "There are.\n\n\\# of boats: 3\n\n\\> 40 of them",
        ),
        (
            "2*3*4 _x_ [a](b) `c` <b> &amp; ~~d~~",
            "2\\*3\\*4 \\_x\\_ \\[a](b) \\`c\\` \\<b> \\&amp; \\~\\~d\\~\\~",
        ),
        ("snake_case 5 * 6 https://e.org/a_b", "snake_case 5 * 6 https://e.org/a_b"),
        ("Buy:\n1. milk\n2) bread\n+ eggs", "Buy:\n1. milk\n2) bread\n+ eggs"),
        ("One.\n\n-----\n\n| c", "One.\n\n\\-----\n\n\\| c"),
        ("", ""),
    ],
)
def test_paragraphs(plain: str, text: str) -> None:
    assert parse_plain_text(plain) == {"text": text}


@pytest.mark.parametrize(
    ("plain", "title"),
    [
        ("The ferry is back\n\nIt sails.", "The ferry is back"),
        ("\n\nIs it back?\n\n\nIt sails.", "Is it back?"),
        ("The ferry is back\n=================\n\nIt sails.", "The ferry is back"),
        ("The ferry is back.\n\nIt sails.", None),
        ("The ferry is back\nIt sails.", None),
        ("The ferry\nis back\n\nIt sails.", None),
        ("The ferry is back", None),
        ("船が戻った。\n\n明日から。", None),
        ("Dear all,\n\nIt sails.", None),
        ("word " * 30 + "\n\nIt sails.", None),
    ],
)
def test_a_headline_is_the_title(plain: str, title: str | None) -> None:
    fields = parse_plain_text(plain)
    assert fields.get("title") == title
    assert fields["text"].endswith("It sails." if "sails" in plain else fields["text"])
    assert (title is None) or title not in fields["text"]
