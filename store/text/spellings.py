"""Other spellings of a word: British and American, joined and hyphenated, with and without dots.

A rule may make spellings that nobody uses (`promize`): they are in no text, and so find nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_OUR_STEMS = """
    arb ard arm behavi cand clam col demean endeav fav ferv flav glam harb hon hum lab misdemean neighb od
    parl ranc rig rum sav savi splend succ tum val vap vig
"""
_RE_STEMS = (
    "calib cent epicent fib lit lust meag met mit och sab sepulch somb spect theat amphitheat"
)
_SINGLE_L_STEMS = "appal distil enrol enthral fulfil instal instil"
_LIGATURES = """
    an/ae/e/mi an/ae/e/sthe arch/ae/e/olog encyclop/ae/e/di gyn/ae/e/colog h/ae/e/ma h/ae/e/mo leuk/ae/e/mi
    medi/ae/e/val orthop/ae/e/di p/ae/e/diatri p/ae/e/dophil f/oe/e/tal f/oe/e/tus diarrh/oe/e/a /oe/e/sophag
    /oe/e/strogen
"""
"""What is before, the two spellings, and what is after."""
_WORD_PAIRS = """
    acknowledgement/acknowledgment aeroplane/airplane aeroplanes/airplanes ageing/aging aluminium/aluminum
    artefact/artifact artefacts/artifacts coop/co-op coops/co-ops cosy/cozy doughnut/donut doughnuts/donuts enquiry/inquiry
    enquiries/inquiries grey/gray jewellery/jewelry judgement/judgment judgements/judgments
    manoeuvre/maneuver manoeuvres/maneuvers mould/mold moustache/mustache plough/plow pyjamas/pajamas
    sceptic/skeptic sceptics/skeptics sceptical/skeptical smoulder/smolder smouldering/smoldering
    skilful/skillful skilfully/skillfully sulphur/sulfur tshirt/t-shirt tshirts/t-shirts tyre/tire tyres/tires wifi/wi-fi wilful/willful woollen/woolen xray/x-ray
    xrays/x-rays yoghurt/yogurt
"""


ACRONYMS_LIKE_WORDS = ("US", "IT", "WHO")
"""Acronyms that are other words in lower case: only in capitals they are the same as with dots."""
COMMON_ACRONYMS = frozenset({"am", "eu", "pm", "uae", "uk", "un", "us", "usa"})
"""Acronyms that are also searched for in lower case, and often written with dots."""

_DEGREES = {
    each.replace(".", ""): each
    for each in str.split("b.sc. d.phil. ed.d. ll.b. ll.m. m.phil. m.sc. ph.d.")
}
"""Degrees whose parts are not single letters, without and with dots."""
_DOTTED = re.compile(r"[^\W\d_](?:\.[^\W\d_])+\.?")
_CAPITALS = re.compile(r"[A-Z]{2,5}")
_HYPHENATED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")
_JOINED = re.compile(
    r"(?P<first>co(?=o)|re(?=e)|pre(?=e)|e(?=mail|book|commerce)|per(?=cent$)|(?:anti|multi|non|semi|cyber)(?=...))"
    r"(?P<stem>.{3,}?)(?:ions?|ing|e?d|e?s|e)?"
)


Rule = tuple[re.Pattern[str], Mapping[str, str]]
"""A pattern of words, and what its group `x` is in the other spelling."""


def _rule(before: str, pairs: str, after: str = "") -> Rule:
    """Return a rule.

    Args:
        before: A pattern of what is before the difference.
        pairs: Both spellings, as `our/or`; several with blanks between them.
        after: A pattern of what is after it.
    """
    swaps: dict[str, str] = {}
    for one, other in (pair.split("/") for pair in pairs.split()):
        swaps |= {one: other, other: one}
    longest_first = "|".join(sorted(swaps, key=len, reverse=True))
    return re.compile(rf"\A(?:{before})(?P<x>{longest_first})(?:{after})\Z"), swaps


def _alternatives(words: str) -> str:
    return "|".join(words.split())


_RULES: tuple[Rule, ...] = (
    _rule(rf"(?:dis|mis|re|un)?(?:{_alternatives(_OUR_STEMS)})", "our/or", ".*"),
    _rule(
        rf"(?:kilo|centi|milli)?(?:{_alternatives(_RE_STEMS)})", "re/er red/ered ring/ering", "s?"
    ),
    _rule(".{3,30}i", "s/z", "e|ed|es|ers?|ing|ations?|able"),
    _rule("(?:an|par|cat)aly", "s/z", "e|ed|es|ers?|ing"),
    _rule(".{3,30}[aeiou]", "ll/l", "ed|ing|ers?|ors?"),
    _rule(rf"(?:{_alternatives(_SINGLE_L_STEMS)})(?<=l)", "l/", "s|ments?|"),
    _rule("defen|offen|preten|licen|practi", "c/s", "e|es|ed|eless"),
    _rule("catalog|dialog|analog|monolog|prolog|epilog", "ue/", "s?"),
    _rule("program", "me/", "s?"),
    *(
        _rule(before, f"{british}/{american}", f"{after}.*")
        for before, british, american, after in (each.split("/") for each in _LIGATURES.split())
    ),
)
_PAIRS = {
    each: other
    for pair in _WORD_PAIRS.split()
    for each, other in (pair.split("/"), reversed(pair.split("/")))
}


@lru_cache(1000)
def other_spellings(word: str) -> tuple[str, ...]:
    """Return the other spellings of a word in lower case, British or American."""
    found = [word, *filter(None, [_PAIRS.get(word)])]
    for pattern, others in _RULES if word.isascii() else ():
        found += [
            f"{each[: match.start('x')]}{others[match['x']]}{each[match.end('x') :]}"
            for each in found
            if (match := pattern.match(each))
        ]
    return tuple(dict.fromkeys(found))[1:]


def remove_dots(text: str) -> str:
    """Return an acronym without its dots (`U.S.`, us), in lower case; empty if it has none."""
    bare = text.replace(".", "").lower()
    is_degree = "." in text and _DEGREES.get(bare, "").strip(".") == text.strip(".").lower()
    return bare if is_degree or _DOTTED.fullmatch(text) else ""


def add_dots(text: str) -> str:
    """Return an acronym without dots with them (`US`, u.s.), in lower case; empty if it is none."""
    if degree := _DEGREES.get(text.lower()):
        return degree
    is_acronym = _CAPITALS.fullmatch(text) or text.lower() in COMMON_ACRONYMS
    return f"{'.'.join(text.lower())}." if is_acronym else ""


def remove_hyphens(text: str) -> str:
    """Return a word without its hyphens (`co-operation`, cooperation); empty if it has none."""
    return text.replace("-", "") if _HYPHENATED.fullmatch(text) else ""


def split_prefix(word: str) -> tuple[str, str] | None:
    """Return a prefix that is often written with a hyphen, and the stem after it.

    `cooperation`: `co`, `operat`; None for other words.
    """
    match = _JOINED.fullmatch(word)
    return (match["first"], match["stem"]) if match else None


def is_like_word(acronym: str) -> bool:
    """Return True if an acronym without dots is another word in lower case."""
    return acronym.upper() in ACRONYMS_LIKE_WORDS


def find_capitals(text: str) -> list[str]:
    """Return the acronyms in capitals that are other words in lower case, with dots: `u.s.`."""
    return [add_dots(each) for each in ACRONYMS_LIKE_WORDS if _has_word(text, each)]


def _has_word(text: str, word: str) -> bool:
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum()):
            return True
        at = text.find(word, end)
    return False
