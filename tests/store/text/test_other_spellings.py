"""Other spellings of words: British and American, hyphens, acronyms."""

from __future__ import annotations

import pytest

from store.text.spellings import (
    add_dots,
    find_capitals,
    other_spellings,
    remove_dots,
    remove_hyphens,
    split_prefix,
)


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("colour", "color"),
        ("discoloured", "discolored"),
        ("neighbourhoods", "neighborhoods"),
        ("behaviour", "behavior"),
        ("harbour", "harbor"),
        ("labour", "labor"),
        ("theatres", "theaters"),
        ("centred", "centered"),
        ("kilometre", "kilometer"),
        ("organisation", "organization"),
        ("criticised", "criticized"),
        ("analyse", "analyze"),
        ("travelled", "traveled"),
        ("councillors", "councilors"),
        ("fulfilment", "fulfillment"),
        ("skilful", "skillful"),
        ("defence", "defense"),
        ("licence", "license"),
        ("catalogue", "catalog"),
        ("co-op", "coop"),
        ("wi-fi", "wifi"),
        ("programmes", "programs"),
        ("anaemia", "anemia"),
        ("paediatrician", "pediatrician"),
        ("oestrogen", "estrogen"),
        ("grey", "gray"),
        ("jewellery", "jewelry"),
    ],
)
def test_pairs_work_in_both_directions(british: str, american: str) -> None:
    assert american in other_spellings(british)
    assert british in other_spellings(american)


def test_two_differences_make_four_spellings() -> None:
    assert set(other_spellings("colourise")) == {"colorise", "colourize", "colorize"}


@pytest.mark.parametrize(
    "word", ["hour", "four", "for", "size", "rising", "filled", "wise", "raise", "цвет", "", "o"]
)
def test_other_words_have_one_spelling(word: str) -> None:
    assert other_spellings(word) == ()


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("U.S.", "us"),
        ("U.S", "us"),
        ("u.k.", "uk"),
        ("3.5", ""),
        ("node.js", ""),
        ("US", ""),
        ("Ph.D.", "phd"),
        ("ph.d", "phd"),
        ("M.Sc", "msc"),
        ("PhD", ""),
        ("p.hd", ""),
    ],
)
def test_dots_are_removed_from_acronyms(text: str, without: str) -> None:
    assert remove_dots(text) == without


@pytest.mark.parametrize(
    ("text", "dotted"),
    [
        ("US", "u.s."),
        ("uk", "u.k."),
        ("NATO", "n.a.t.o."),
        ("fog", ""),
        ("A", ""),
        ("PhD", "ph.d."),
        ("msc", "m.sc."),
    ],
)
def test_dots_are_added_to_acronyms(text: str, dotted: str) -> None:
    assert add_dots(text) == dotted


@pytest.mark.parametrize(
    ("text", "joined"),
    [("co-operation", "cooperation"), ("e-mail", "email"), ("a-1", ""), ("-x", "")],
)
def test_hyphens_are_removed(text: str, joined: str) -> None:
    assert remove_hyphens(text) == joined


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("cooperation", ("co", "operat")),
        ("emails", ("e", "mail")),
        ("reelected", ("re", "elect")),
        ("percent", ("per", "cent")),
        ("nonprofit", ("non", "profit")),
        ("report", None),
        ("cool", None),
        ("preen", None),
    ],
)
def test_a_prefix_is_split_from_its_stem(word: str, parts: tuple[str, str] | None) -> None:
    assert split_prefix(word) == parts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The US and it", ["u.s."]),
        ("US", ["u.s."]),
        ("USA, BUS, us, It", []),
        ("BUS to the US. WHO?", ["u.s.", "w.h.o."]),
    ],
)
def test_acronyms_in_capitals_are_found_where_they_would_be_words(
    text: str, found: list[str]
) -> None:
    assert find_capitals(text) == found
