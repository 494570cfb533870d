"""Names of categories and tags: when two spellings are one name."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.text.names import clean_name, common_spellings, name_key, unique_names


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Caf\xe9", "cafe\u0301", True),
        ("CAF\xc9", "caf\xe9", True),
        ("Straße", "STRASSE", True),
        ("한국", normalize("NFD", "한국"), True),
        ("Việt Nam", normalize("NFD", "VIỆT NAM"), True),
        ("\u212bngstr\xf6m", "\xe5ngstro\u0308m", True),  # the sign for ångström
        ("ΟΔΟΣ", "οδος", True),
        ("q\u0307\u0323", "q\u0323\u0307", True),  # marks in another order
        ("Caf\xe9", "Cafe", False),
        ("news", "news/world", False),
        ("ガ", "カ", False),
        ("ﾊﾟ", "パ", False),
        ("\x9b\xc0", "\x9bA\u0300", True),
    ],
)
def test_spellings_of_one_name(one: str, other: str, is_same: bool) -> None:
    assert (name_key(clean_name(one)) == name_key(clean_name(other))) is is_same
    assert (len(unique_names([one, other])) == 1) is is_same


@given(st.text(st.characters(codec="utf-8"), max_size=12))
def test_no_unicode_form_makes_another_name(text: str) -> None:
    for form in ("NFC", "NFD"):
        assert name_key(clean_name(normalize(form, text))) == name_key(clean_name(text))
    assert clean_name(clean_name(text)) == clean_name(text)


def test_the_first_or_the_most_frequent_spelling_stands_for_a_name() -> None:
    assert unique_names(["Sea", "", " sea ", "Fog", "SEA"]) == ("Sea", "Fog")
    assert common_spellings({"Sea": 1, "sea": 3, "Fog": 1}) == {
        "Sea": "sea",
        "sea": "sea",
        "Fog": "Fog",
    }
