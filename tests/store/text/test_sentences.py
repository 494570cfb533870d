"""Sentences in many languages."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store.text.sentences import _segment, iter_sentences, split_sentences

SPLITS = {
    "plain": ("It rained. It poured! Did it stop? Yes.", 4),
    "titles": ("Mr. Holm met Dr. Ida Berg. They spoke.", 2),
    "initials": ("J. R. Holm spoke of the U.S. Treasury. He left.", 2),
    "initials at the end": ("They live in the U.S. The law is old.", 2),
    "time of day": ("It began at 5 p.m. Monday. It ended at 6 p.m. They left.", 3),
    "for example": ("Small boats, e.g. Optimists, sank. Others did not.", 2),
    "numbers": ("It rose 3.5 per cent. No. 5 of v. 2 fell.", 2),
    "number at the end": ("He came in at No. 3. She won.", 2),
    "a plain no": ("She said no. Then she left.", 2),
    "months": ("It opened on Feb. 28 at noon. It closed in Dec. They wept.", 3),
    "companies": ("Acme Inc. Chairman Holm left. He joined Bolt Ltd. They were glad.", 3),
    "ordinals": ("28. Februar war kalt. Der März auch.", 2),
    "ellipsis": ("Well… he said... and left. Then… Nothing.", 3),
    "several marks": ("Really?! Yes!! Good.", 3),
    "closing marks": ("(It rained.) “It poured.” It stopped.", 3),
    "speaker": ('"It rains. It pours," she said. He left.', 2),
    "curly speaker": ("“It rains. It pours!” she said. He left.", 2),
    "unclosed quotation": ('He said "no. Then he left. All went.', 3),
    "footnotes": ("It rained.[1] It poured.[2][3] It stopped.", 3),
    "names with marks": ("Yahoo! said so. Jeopardy! is on.", 2),
    "no space": ("See example.org for more. It is free.", 2),
    "japanese": ("雨が降った。風も吹いた！本当か？はい。", 4),
    "japanese speech": ("「雨だ。風もある。」と首相は述べた。野党は笑った。", 2),
    "japanese mixed": ("価格は3.5%上がった。ＮＨＫが伝えた。", 2),
    "chinese": ("他说：“明天走。后天回。”今天下雨。", 2),
    "arabic": ("بدأت المحادثات اليوم. هل تنجح؟ نعم! انتهى الأمر۔", 4),
    "hindi": ("बातचीत जारी है। क्या समझौता होगा? हाँ। कल देखेंगे।", 4),
    "greek and russian": ("Ο κ. Α. Παππάς μίλησε. Шёл дождь.", 2),
    "german dates": (
        "Am 28. Februar fiel Schnee. Bis zum 3. Mai blieb er. Im 19. Jahrhundert auch.",
        3,
    ),
    "german shortenings": (
        "Laut § 5 Abs. 2 sind es rd. 3 Mio. Euro. Ggf. Mehr, z. B. Holz usw. Das gilt.",
        3,
    ),
    "german speech": (
        "Er sprach vom „Tag. Ich gehe.“ Laut Amt bleibt er. »Gut. Ja«, sagte sie.",
        3,
    ),
    "french speech": ("« On verra. Demain ! » a dit M. Durand. « C’est tout. » Il part.", 3),
    "french names": ("J.-P. Durand, du C.N.R.S., le dit. Mme Petit (art. 5) aussi.", 2),
    "spanish": ("El Sr. Gil vive en EE. UU. El viernes viaja. La Dra. Paz dijo: «Sí. Ya».", 3),
    "russian": ("Мост на ул. Ленина открыт в 2025 г. По словам А. С. Ким, «да. Ждали».", 2),
    "russian speech": ("«Будет дождь!» — сказал мэр. Но не сегодня.", 2),
    "arabic titles and speech": ("وقال د. سامي: «نبدأ قريبا. نعم». هذا مهم.", 2),
    "chinese speaker": ("“请少外出。”局长王明说。雨停了。“好。”他笑着离开。", 4),
    "korean": ("비가 왔다. 바람도 불었다.", 2),
    "ukrainian": ("У 2025 р. Марія переїхала. Потім вона повернулася.", 2),
    "polish": ("Dr Żak mieszka na ul. Długiej. To blisko.", 2),
    "italian": ("La visita del sig. Rossi è stata ieri. La dott.ssa Bianchi non c’era.", 2),
    "dutch": ("Het is dhr. Jansen die dat zegt. Hij is er niet blij mee.", 2),
    "greek": ("Η κυρία Παππά μίλησε. Ήταν αργά. Πού πήγε;", 3),
    "hebrew": ("הגשם ירד כל היום. הרוח נשבה.", 2),
    "burmese": ("မိုးရွာသည်။ လေတိုက်သည်။", 2),
    "time of day and a weekday": (
        "It opens at 8 a.m. Monday and closes at 9 p.m. GMT. They said so.",
        2,
    ),
    "numbers begin a sentence": ("He won. 20 people came. 3,000 jobs will go.", 3),
    "short words end a sentence": (
        "They chose me. They went to Yahoo. It is OK. We left in May. The end.",
        5,
    ),
    "names that are words": ("Gen. Will Smith met Sen. May. Then Dr. He spoke.", 2),
    "small letters begin a name": ("It fell. iPhone sales rose. eBay did not.", 3),
}


@pytest.mark.parametrize(("text", "count"), SPLITS.values(), ids=SPLITS.keys())
def test_sentences(text: str, count: int) -> None:
    found = split_sentences(text)
    assert len(found) == count, found
    assert "".join(found).replace(" ", "") == text.replace(" ", "")


def test_a_paragraph_always_ends_a_sentence() -> None:
    assert split_sentences("A line that\nis wrapped\n\nanother one") == [
        "A line that is wrapped",
        "another one",
    ]


def test_wrapped_lines_of_japanese_are_joined_without_a_space() -> None:
    assert split_sentences("東京で雨が\n降った。") == ["東京で雨が降った。"]


def test_markdown_is_not_prose() -> None:
    text = """
# Heading one.

Heading two.
============

First sentence here.

- An item.
* Another item
1. Counted.
2. Counted on.

> Quoted words.

```python
print("code. more code.")
```

| a. | b. |
|----|----|
| 1. | 2. |

---

Last sentence.
"""
    assert split_sentences(text) == [
        "First sentence here.",
        "An item.",
        "Another item",
        "Counted.",
        "Counted on.",
        "Quoted words.",
        "Last sentence.",
    ]


@pytest.mark.parametrize(("text", "expected"), [("", ""), ("# Only\n", ""), ("One. Two.", "One.")])
def test_first_sentence(text: str, expected: str) -> None:
    assert next(iter_sentences(text), "") == expected


@pytest.mark.parametrize("space", ["\xa0", "\u2028", "\u3000", "\x85", "\t", "\v"])
def test_any_space_separates_words(space: str) -> None:
    """The library panics at a wide space between an initial and its full stop."""
    text = f"Mr A{space}. A{space}B. It rained."
    assert split_sentences(text)[-1] == "It rained."


def test_a_panic_of_the_library_leaves_a_text_whole() -> None:
    text = "Mr A\u2028. It rained."
    assert _segment(text, "en") == [text]


def test_a_long_paragraph_is_split_like_a_short_one() -> None:
    text = "The ferry of Mr. Holm left Vorne at 5 p.m. Monday. " * 400
    assert set(split_sentences(text)) == {"The ferry of Mr. Holm left Vorne at 5 p.m. Monday."}


# -- the cases of others -------------------------------------------------------------------

FOREIGN_CASES = os.environ.get("NEWSTUI_SENTENCE_CASES", "")
"""A folder with the unpacked source distributions of sentencex and pysbd, whose cases are not ours to copy."""


def _read_sentencex_cases() -> Iterator[tuple[str, list[str]]]:
    for path in sorted(Path(FOREIGN_CASES).glob("sentencex-*/tests/*.txt")):
        for case in path.read_text("utf-8").split("==="):
            parts = [part.strip() for part in case.split("---") if part.strip()]
            if len(parts) == 2 and not parts[0].startswith("#"):
                yield parts[0], parts[1].splitlines()


def _read_pysbd_cases() -> Iterator[tuple[str, list[str]]]:
    for path in Path(FOREIGN_CASES).glob("pysbd-*/benchmarks/english_golden_rules.py"):
        source = path.read_text("utf-8")
        yield from ast.literal_eval(source[source.index("[") :])


@pytest.mark.skipif(not FOREIGN_CASES, reason="NEWSTUI_SENTENCE_CASES names no folder of cases")
@pytest.mark.parametrize(
    ("cases", "least"),
    [(_read_sentencex_cases, 0.93), (_read_pysbd_cases, 0.82)],
    ids=["sentencex", "pysbd"],
)
def test_cases_of_others(
    cases: Callable[[], Iterator[tuple[str, list[str]]]], least: float
) -> None:
    """Most others are lists in one line, and markers of lists, which are left out here."""
    right = [
        ["".join(each.split()) for each in split_sentences(text)]
        == ["".join(each.split()) for each in expected if each.strip()]
        for text, expected in cases()
    ]
    assert len(right) > 40
    assert sum(right) >= least * len(right)
