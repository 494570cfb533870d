"""What articles are not compared by: addresses, calls to subscribe, credits."""

from __future__ import annotations

import pytest

from store.text.boilerplate import is_boilerplate, strip_boilerplate


@pytest.mark.parametrize(
    "paragraph",
    [
        "Read more: Why the dam was never finished",
        "  • Also read: Ferry strike ends",
        "Sign up for our weekly newsletter to get the best of the coast.",
        "Follow Jane Doe on Twitter: @janedoe",
        "Photo: Reuters",
        "PHOTO CREDIT: AP/Jane Doe",
        "© 2026 The Coast Courier. All rights reserved.",
        "The post Ferry strike ends appeared first on Coast Courier.",
        "Related articles",
        "RELATED: Ferry strike ends",
        "Advertisement",
        "— Newsletter —",
        "Subscribe to our newsletter",
        "Copyright 2026 The Coast Courier",
        "Lesen Sie auch: Fähren stehen still",
        "À lire aussi : Le ferry est à quai",
        "Lea también: El ferry no zarpa",
        "Читайте также: Паром стоит",
    ],
)
def test_boilerplate(paragraph: str) -> None:
    assert is_boilerplate(paragraph)
    assert strip_boilerplate(f"The ferry sailed.\n\n{paragraph}") == "The ferry sailed.\n"


@pytest.mark.parametrize(
    "paragraph",
    [
        "The ferry sailed on Monday.",
        "Related companies sold their ferries, too.",
        "Advertisement revenue fell by a third.",
        "Promoted last spring, the club is second now.",
        "Copyright law was changed in June.",
        "Donate blood, the mayor said, and meant it.",
        "Relatedness is measured by the words that two texts share.",
        "Photographs of the ferry were shown in court.",
        "Readers of the Courier wrote in: more ferries, please.",
        "Subscribers left the magazine after the merger of its owners.",
        "Sponsored " + "events of the harbour " * 20,
        "",
    ],
)
def test_paragraphs_of_an_article(paragraph: str) -> None:
    assert not is_boilerplate(paragraph)
    assert strip_boilerplate(paragraph) == paragraph


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        ("See https://coast.example/a/ferry-strike?id=3 for more", "See   for more"),
        ("at www.coast.example/ferry.", "at  "),
        ("seen at pic.twitter.com/AbCd12 today", "seen at   today"),
        ("write to news-desk@coast.example now", "write to   now"),
        ("He scored 3/4 and said and/or; the U.S. won 2.5/3", "He scored 3/4 and said and/or; the U.S. won 2.5/3"),
        ("a@b", "a@b"),
    ],
)  # fmt: skip
def test_addresses_are_left_out(text: str, stripped: str) -> None:
    assert strip_boilerplate(text) == stripped
