"""Reading dates as people and programs write them, in the languages of CLDR.

Words become English month names or nothing, an offset or a named zone is taken out, and python-dateutil reads
what remains: numbers, separators and English months.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from babel import Locale

LANGUAGES = str.split(
    "en de fr es it pt nl ru pl cs sv da nb fi hu ro uk tr el hr sk sl sr bg ca eu gl lt lv et is ga cy"
    " id ms vi th he ar hi bn zh ja ko fa ur ta te ml kk ka hy az be mk sq fil nn af sw mn ne mr gu kn pa"
)
"""The first language decides about a word of several, unless a language is given."""
REGIONS = {"ar": ("ar_LB", "ar_MA"), "de": ("de_AT",)}
"""Where a language has other names of the months."""
OTHER_NAMES = {"mrz": 3, "feber": 2, "setiembre": 9, "জানুয়ারি": 1, "ফেব্রুয়ারি": 2}
"""Names of months that CLDR does not have."""
ENGLISH_MONTHS = str.split("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")
HEBREW_IN = "ב"
"""A preposition that is written together with the month."""
MIN_ABBREVIATION = 3
"""The shortest beginning of a month's name that is read as this month."""

ZONES = {
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "GMT": 0,
    "UTC": 0,
    "UT": 0,
    "Z": 0,
    "WET": 0,
    "WEST": 1,
    "BST": 1,
    "CET": 1,
    "CEST": 2,
    "MET": 1,
    "MEST": 2,
    "MEZ": 1,
    "MESZ": 2,
    "EET": 2,
    "EEST": 3,
    "MSK": 3,
    "МСК": 3,
    "JST": 9,
    "KST": 9,
    "HKT": 8,
    "SGT": 8,
    "AEST": 10,
    "AEDT": 11,
    "NZST": 12,
    "NZDT": 13,
    "HNEC": 1,
    "HAEC": 2,
    "NPT": 5.75,
    "ICT": 7,
    "PHT": 8,
    "AKST": -9,
    "AKDT": -8,
    "HST": -10,
    "NDT": -2.5,
    "NST": -3.5,
    "ADT": -3,
    "BRT": -3,
    "ART": -3,
    "WAT": 1,
    "SAST": 2,
    "CAT": 2,
    "EAT": 3,
    "TRT": 3,
    "MSD": 4,
    "PKT": 5,
    "WIB": 7,
    "WITA": 8,
    "AWST": 8,
    "WIT": 9,
    "ACST": 9.5,
    "ACDT": 10.5,
}
"""Offsets, in hours, of zones whose names mean one zone in practice; any other name is read as UTC."""
PLACES = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}
"""Zones whose offset depends on the season, as American papers name them."""
ZONE_NAME = re.compile(
    r"\b(?:(?:Eastern|Central|Mountain|Pacific)(?: Standard| Daylight)?|Greenwich Mean"
    r"|(?:Central|Eastern|Western) European(?: Summer)?|British Summer|(?:Japan|Korea) Standard) Time\b"
)
"""The full names of zones, the initials of which are in `ZONES` or `PLACES`."""
ZONE_IN_PARENTHESES = re.compile(rf"\(({'|'.join((*ZONES, *PLACES))})\)")
EITHER_NAME = re.compile(r"\b([ECMP])ST/\1DT\b")
"""Both names of an American zone; which one it is depends on the season."""
_POSIX_NAMES = "|".join(each for each in ZONES if each not in ("GMT", "UTC", "UT", "Z"))
POSIX_ZONE = re.compile(
    rf"\b({_POSIX_NAMES})([+-]?\d{{1,2}})"
    rf"((?:{_POSIX_NAMES})(?:-?\d{{1,2}})?(?:,[MJ]?\d[\d./,MJ:-]{{0,60}})?)?(?![\w:])"
)
"""A zone as POSIX names it, with the hours west of Greenwich: `JST-9`, `CET-1CEST`."""
MAX_OFFSET = timedelta(hours=15)

NOISE_WORDS = frozenset(
    str.split(
        "of the at on m gada ngày lúc de del la le les den der das dem am um uhr uur à a às al alle las los ore klo kl og el em"
        " по feira di du d om ob ore alle orë kell klukka st nd rd th er г год года р року в at och vom από στις час"
        " coordinated universal time zulu on date first last posted published created updated modified veröffentlicht aktualisiert stand publié publicado actualizado"
        " pubblicato aggiornato opublikowano опубликовано"
    )
)
ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|ème|ª|º|°|η|ης|-?го)\b", re.IGNORECASE)
PUNCTUATION = str.maketrans(
    "（），،；：［］／．～−", "(),,;:[]/.--", "\u200e\u200f\u202a\u202b\u202c"
)
"""Signs of other scripts; marks of direction are removed."""
BUDDHIST_YEAR = re.compile(r"(?:พ\.?\s?ศ\.?\s*)?\b(2[45]\d\d)\b|พ\.\s?ศ\.")
BUDDHIST_ERA = 543
SHORT_BUDDHIST_YEAR = re.compile(r"(?<=[\u0e01-\u0e4e.])\s*+([67]\d)(?!\d|[:.]\d)")
"""A year of two digits behind a month: 2560 to 2579."""
THAI_LETTER = re.compile("[\u0e01-\u0e4e]")
THAI_WORDS = re.compile(r"วัน[^\s\dว]{0,15}+\s?ที่|เวลา|ที่|(?<=\d)\s*น\.(?!\w)|ค\.ศ\.")
ERAS = {
    "令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925, "民國": 1911, "民国": 1911,
}  # fmt: skip
"""The year before the first of each era; Japan's are abbreviated, too."""
ERA_DATE = re.compile(
    rf"({'|'.join(each for each in ERAS if len(each) > 1)}|\b[RHS](?=\s?\d{{1,2}}[./年]\d{{1,2}}[./月]\d))"
    r"\s?(\d{1,3}|元)\s?[年./]\s?(\d{1,2})\s?[月./]\s?(\d{1,2})\s?日?"
)
VIETNAMESE_DATE = re.compile(r"(\d{1,2})\s+tháng\s+(\d{1,2}),?\s+(?:năm\s+)?(\d{4})", re.IGNORECASE)
VIETNAMESE_DAY = re.compile(r"(?:thứ\s+(?:hai|ba|tư|năm|sáu|bảy)|chủ\s+nhật)\b,?", re.IGNORECASE)
HAN_DIGITS = "〇一二三四五六七八九"
HAN_NUMBER = re.compile("[〇零○一二三四五六七八九十]{1,4}(?=[年月日])")
HEBREW_DAY = re.compile(r"יום\s+[^\W\d]{1,10}['׳]?,?")
CJK_MONTH = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])\s?[月월]")
"""A month where English has a name: `05 4月 2024`."""
DOTTED_DATE = re.compile(r"\b(\d{4})\s?[./-]\s?(\d{1,2})\s?[./-]\s?(\d{1,2})\.?\s+(?=[上下午오])")
"""A date in numbers before a time of East Asia."""
DAY_MONTH_YEAR = re.compile(r"\s*(\d{1,2}) (\d{1,2}) (\d{4})\b")
LOG_TIME = re.compile(r"(?<=/)(\d{4}):(?=\d\d:\d\d:\d\d)")
PART_SEPARATOR = re.compile(r"\s[|•·–—@]\s")
ZONE_IN_BRACKETS = re.compile(r"\[(?:GMT|UTC|Z)\]\Z")
"""What Java prints behind the offset."""
ORDINAL_DATE = re.compile(r"(\d{4})-?(\d{3})(?!\d)(T.*)?", re.IGNORECASE)
"""A day of a year (ISO 8601)."""
WORD = re.compile(r"[^\W\d_][^\s\d,;:/()\[\]+|-]*")
OFFSET_IN_PARENTHESES = re.compile(r"\(((?:GMT|UTC)[+-]\d{1,2}(?::?\d\d)?)\)$")
PARENTHESIS = re.compile(r"\([^()]*\)")
ZONE_PATH = re.compile(r"\[?\b([A-Z][A-Za-z_]+/[A-Z][A-Za-z_/+-]+\d{0,2})\]?")
"""A zone of the tz database."""
ARABIC_MONTH = re.compile("(كانون|تشرين) +(?=ال)")
"""A month whose name is two words."""
MERIDIEM = re.compile(r"(?<![^\W\d_])([apπμ])\.?\s?[mμ](?!\w)\.?", re.IGNORECASE)
ARABIC_MERIDIEM = re.compile(r"(\d{1,2}:\d\d(?::\d\d)?) ?([صم])(?!\w)")
MORNING_LETTERS = frozenset("aπص")
CJK_DATE = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号號]?")
CJK_TIME = re.compile(
    r"(?:(午前|上午|오전|午後|下午|오후)\s*+)?(\d{1,2})\s*+[時时點点시:]"
    r"\s*+(\d{1,2})?\s*+[分분:]?\s*+(?:(\d{1,2})\s*+[秒초]?)?"
)
CJK_AFTERNOON = frozenset({"午後", "下午", "오후"})
HOUR_WORD = re.compile(r"\b(\d{1,2})\s?(?:h|u|Uhr)\s?(\d\d)?\b(?!:)", re.IGNORECASE)
DOTTED_TIME = re.compile(r"(?:(?<=\d{4})|(?<=-\d\d))(,?\s+(?:\w+\.?\s+)?\d{1,2})\.(\d\d)(?=\s|$)")
TIME = r"\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?:\s?[AP]M)?"
OFFSET = re.compile(rf"({TIME})\s*([+\-\u2212])(\d{{1,2}}):?(\d\d)?(?!\d|[/:.-])")
LOST_PLUS = re.compile(r"(?<=T\d\d:\d\d:\d\d) (?=\d\d:\d\d\Z)|(?<=:\d\d) (?=0\d[0-5]\d\Z)")
"""The place of a plus sign that was taken for a space, as in URLs."""
SPACED_OFFSET = re.compile(r"(?<=[\d ]\+) (?=\d\d:?\d\d\b)")
FILE_TIME = re.compile(r"(\d{4})([-:])(\d\d)\2(\d\d)[-_ T](\d\d)([-:.])(\d\d)\6(\d\d)(?![\d-])")
"""A time as file names and cameras write it: `2024-05-06-07-08-09`, `2024:05:06 07:08:09`."""
MONOTONIC_CLOCK = re.compile(r" m=[+-][\d.]+\Z")
"""What Go prints behind a time."""
APOSTROPHE = re.compile(r"['’](?=\d\d\b)")
DIGIT = re.compile(r"(?![0-9])\d")
"""A decimal digit of another script."""
MIDNIGHT = re.compile(r"\b24:00(?::00(?:\.0+)?)?\b")
LEAP_SECOND = re.compile(r"(\d\d:\d\d):60\b")
YEAR = re.compile(r"(?<![\d:+])[1-9]\d{3}(?!\d)|\b[12]\d{7}(?:\d{4}|\d{6})?\b")
SHORT_YEAR = re.compile(
    r"^(\d{1,2}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?|\d{1,2}[ -]+[A-Z][a-z][a-z][ -]+)(\d\d)(?=\D|$)"
)
DAY_FIRST = re.compile(r"\b\d{1,2}\.\s?\d{1,2}\.\s?\d{4}\b")
NUMERIC_DATE = re.compile(r"(?<![\d/-])\d{1,2}[/-]\d{1,2}[/-]\d{4}\b")
ORDERED_DATE = re.compile(r"(?<![\d/-])(\d{1,2})([/-])(\d{1,2})\2(?:\d{4}|\d\d)(?!\d|\2)")
LAST_MONTH = 12
DEFAULT_DATE = datetime(1970, 1, 1)
FIRST_YEAR_OF_CENTURY = 69
"""RFC 2822 years of two digits: `69` is 1969, `68` is 2068."""


CLOCK_TIME_END = re.compile(r"(?::\d\d|[AP]M)\s*\Z", re.IGNORECASE)
LABEL_ENDS = frozenset({",", ":"})
"""Signs behind a weekday of any language, or behind what is said to be a date."""


class WordMeaning(NamedTuple):
    """The meaning of a word in a date."""

    month: int = 0
    is_weekday: bool = False


def find_day_order(dates: Iterable[str]) -> bool | None:
    """Return True if day comes before month in dates of numbers, such as `31/12/2024`; None if no date tells."""
    orders = set()
    for match in filter(None, map(ORDERED_DATE.search, dates)):
        first, second = int(match[1]), int(match[3])
        if (first > LAST_MONTH) != (second > LAST_MONTH):
            orders.add(first > LAST_MONTH)
    return orders.pop() if len(orders) == 1 else None


def read_date(
    text: str, language: str = "", *, is_day_first: bool | None = None
) -> datetime | None:
    """Return the time that a text says, without a zone if it names none; None if it is no date.

    Args:
        text: A date, with or without a time of day.
        language: The language it may be written in, such as `pt-BR`.
        is_day_first: True if day comes before month in other dates of its source; None if that is not known.
    """
    text = DIGIT.sub(lambda match: str(unicodedata.digit(match[0])), text.translate(PUNCTUATION))
    text = ZONE_IN_BRACKETS.sub("", text)
    text = MONOTONIC_CLOCK.sub("", SPACED_OFFSET.sub("", APOSTROPHE.sub("", text)))
    text = LOST_PLUS.sub("+", text)
    text = FILE_TIME.sub(r"\1-\3-\4 \5:\7:\8", text)
    if ordinal := ORDINAL_DATE.fullmatch(text.strip()):
        text = _write_ordinal(ordinal)
    text = ZONE_NAME.sub(lambda match: "".join(part[0] for part in match[0].split()), text)
    text = EITHER_NAME.sub(r"\1T", text.replace("±", "+"))
    text = ZONE_IN_PARENTHESES.sub(r" \1", text)
    text = PARENTHESIS.sub(" ", OFFSET_IN_PARENTHESES.sub(r" \1", text))
    text, zone = _take_zone_path(text)
    text = _write_numbers(_write_other_calendars(text))
    found = _replace_words(text, language[:2].lower())
    if found is None:
        return None
    text, named = found
    text, offset = _take_offset(text)
    later = timedelta(days=bool(MIDNIGHT.search(text)), seconds=bool(LEAP_SECOND.search(text)))
    text = LEAP_SECOND.sub(r"\1:59", MIDNIGHT.sub("00:00:00", text))
    text = SHORT_YEAR.sub(_complete_year, text.strip(" ,.;:"))
    if not YEAR.search(text):
        return None
    order = _find_order(text, language, is_day_first)
    moment = None if order is None else _parse_numbers(text, is_day_first=order)
    if moment is None:
        return None
    with suppress(OverflowError, ValueError):
        moment += later
        if offset is not None:
            return moment.replace(tzinfo=timezone(offset)) if abs(offset) < MAX_OFFSET else None
        return moment.replace(tzinfo=zone or named or moment.tzinfo)
    return None


def _write_ordinal(match: re.Match[str]) -> str:
    """Write the day of a year as a date."""
    with suppress(OverflowError, ValueError):
        day = datetime(int(match[1]), 1, 1) + timedelta(days=int(match[2]) - 1)
        if day.year == int(match[1]):
            return f"{day:%Y-%m-%d}{match[3] or ''}"
    return ""


def _write_other_calendars(text: str) -> str:
    """Write years of the Thai calendar and of eras as those of ours, and numbered months as such."""
    if THAI_LETTER.search(text):
        if not BUDDHIST_YEAR.search(text):
            text = SHORT_BUDDHIST_YEAR.sub(r" 25\1", text)
        text = BUDDHIST_YEAR.sub(
            lambda match: str(int(match[1]) - BUDDHIST_ERA) if match[1] else " ", text
        )
        text = THAI_WORDS.sub(" ", text)
    text = ARABIC_MONTH.sub(r"\1", HAN_NUMBER.sub(_write_han_number, text))
    text = ERA_DATE.sub(_write_era, text, count=1)
    text = VIETNAMESE_DATE.sub(r"\3-\2-\1", VIETNAMESE_DAY.sub(" ", HEBREW_DAY.sub(" ", text)))
    text = LOG_TIME.sub(r"\1 ", PART_SEPARATOR.sub(" ", text))
    if not CJK_DATE.search(text):
        text = CJK_MONTH.sub(lambda match: f" {ENGLISH_MONTHS[int(match[1]) - 1]} ", text)
    return DOTTED_DATE.sub(r"\1年\2月\3日 ", text)


def _write_han_number(match: re.Match[str]) -> str:
    """Write a year by its digits, and any other number up to 99 by its tens."""
    text = re.sub("[零○]", "〇", match[0])
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return "".join(str(HAN_DIGITS.index(digit)) for digit in text)
    digits = [HAN_DIGITS.find(part) for part in (tens or "一", ones or "〇")]
    return match[0] if -1 in digits else str(10 * digits[0] + digits[1])


def _write_era(match: re.Match[str]) -> str:
    year = 1 if match[2] == "元" else int(match[2])
    return f"{ERAS[match[1]] + year}年{match[3]}月{match[4]}日"


def _take_zone_path(text: str) -> tuple[str, tzinfo | None]:
    """Take out a zone such as `Europe/Brussels` or `CET-1CEST`."""
    match = POSIX_ZONE.search(text) or ZONE_PATH.search(text)
    if match is None:
        return text, None
    from dateutil import tz

    name = match[0] if match.re is POSIX_ZONE else match[1]
    return text.replace(match[0], " "), tz.gettz(name)


def _write_numbers(text: str) -> str:
    """Write dates and times of East Asia, and hours with a letter, as numbers."""
    if CJK_DATE.search(text):
        text = CJK_DATE.sub(r"\1-\2-\3 ", text, count=1)
        date, _, time = text.partition(" ")
        text = f"{date} {CJK_TIME.sub(_write_cjk_time, time, count=1)}"
    for pattern in (MERIDIEM, ARABIC_MERIDIEM):
        text = pattern.sub(_write_meridiem, text)
    text = HOUR_WORD.sub(lambda match: f"{match[1]}:{match[2] or '00'}", ORDINAL.sub("", text))
    return DOTTED_TIME.sub(r"\1:\2", text)


def _write_meridiem(match: re.Match[str]) -> str:
    *time, letter = match.groups()
    return f"{''.join(time)} {'AM' if letter.lower() in MORNING_LETTERS else 'PM'} "


def _write_cjk_time(match: re.Match[str]) -> str:
    hour = int(match[2]) % 12 + 12 * (match[1] in CJK_AFTERNOON) if match[1] else int(match[2])
    return f"{hour:02}:{match[3] or '00':0>2}:{match[4] or '00':0>2} "


def _replace_words(text: str, language: str) -> tuple[str, tzinfo | None] | None:
    """Replace months by English ones, and remove all other words; None if one is unknown."""
    pieces: list[str] = []
    zone: tzinfo | None = None
    months = 0
    at = 0
    words = list(WORD.finditer(text))
    meanings = [find_word(match[0].rstrip("."), language) for match in words]
    # `mar` is Tuesday in French and March in English: a weekday if there is another month.
    has_other_month = sum(bool(each.month) for each in meanings) > 1
    for match, meaning in zip(words, meanings, strict=True):
        word = match[0].rstrip(".")
        pieces.append(text[at : match.start()])
        at = match.end()
        if meaning.month and not (meaning.is_weekday and has_other_month):
            pieces.append(f" {ENGLISH_MONTHS[meaning.month - 1]} ")
            months += 1
        elif (name := word.upper()) in ZONES and (word.isupper() or name in ("GMT", "UTC")):
            zone = timezone(timedelta(hours=ZONES[name])) if ZONES[name] else UTC
            pieces.append(" ")
        elif word in PLACES and CLOCK_TIME_END.search(text[: match.start()]):
            zone = _take_zone_path(PLACES[word])[1]
            pieces.append(" ")
        elif word in ("AM", "PM", "T"):
            pieces.append(word if word != "T" else " ")
        elif not _is_removable(
            word, meaning, is_first=match.start() == 0 and text[at:][:1] in LABEL_ENDS
        ):
            return None
        else:
            pieces.append(" ")
    pieces.append(text[at:])
    return (" ".join("".join(pieces).split()), zone) if months < 2 else None


def _is_removable(word: str, meaning: WordMeaning, *, is_first: bool) -> bool:
    is_zone = word.isascii() and word.isupper() and 1 < len(word) <= 5
    return is_first or meaning.is_weekday or is_zone or word.lower() in NOISE_WORDS


def _take_offset(text: str) -> tuple[str, timedelta | None]:
    match = OFFSET.search(text)
    if match is None:
        return text, None
    offset = timedelta(hours=int(match[3]), minutes=int(match[4] or 0))
    rest = f"{text[: match.start()]}{match[1]} {text[match.end() :]}"
    return rest, offset if match[2] == "+" else -offset


def _complete_year(match: re.Match[str]) -> str:
    return f"{match[1]}{expand_year(match[2])}"


def expand_year(digits: str) -> str:
    """Return a year in four digits."""
    if len(digits) != 2:
        return digits
    return f"{'19' if int(digits) >= FIRST_YEAR_OF_CENTURY else '20'}{digits}"


def _find_order(text: str, language: str, is_day_first: bool | None) -> bool | None:
    """Return True if `3/4/2024` is in April: with dots everywhere, else by other dates or by language.

    Where neither is known, slashes are American, and hyphens are used in both ways: None.
    """
    if DAY_FIRST.search(text) or DAY_MONTH_YEAR.match(text):
        return True
    written = NUMERIC_DATE.search(text)
    if written is None:
        return False
    if is_day_first is not None:
        return is_day_first
    if not language:
        first, sign, second, *_ = re.split("([/-])", written[0], maxsplit=2)
        is_open = sign == "-" and first != second and max(int(first), int(second)) <= LAST_MONTH
        return None if is_open else False
    from babel import Locale, UnknownLocaleError

    with suppress(UnknownLocaleError, ValueError):
        locale = Locale.parse(language, sep="-" if "-" in language else "_")
        pattern = locale.date_formats["short"].pattern
        return bool(pattern.lower().startswith("d"))
    return False


def _parse_numbers(text: str, *, is_day_first: bool) -> datetime | None:
    from dateutil import parser  # imported here: it takes 20 ms, and few imports need it

    with suppress(ValueError, OverflowError, TypeError):
        moment = parser.parse(text, default=DEFAULT_DATE, dayfirst=is_day_first)
        has_year = moment.year != DEFAULT_DATE.year or str(DEFAULT_DATE.year)[2:] in text
        return moment if has_year else None
    return None


# -- words -------------------------------------------------------------------------------------


@lru_cache(4096)
def find_word(word: str, language: str = "") -> WordMeaning:
    """Return the meaning of a word, in this language before all others."""
    folded = fold_word(word)
    if language in LANGUAGES:
        month, is_weekday = _find(folded, _language_words(language))
        if month or is_weekday:
            return WordMeaning(month, is_weekday)
    meaning = WordMeaning(*_find(folded, _all_words()))
    if folded[:1] == HEBREW_IN and not any(meaning):
        return WordMeaning(*_find(folded[1:], _language_words("he")))
    return meaning


def _find(word: str, words: dict[str, WordMeaning]) -> WordMeaning:
    if (known := words.get(word)) or len(word) < MIN_ABBREVIATION:
        return known or WordMeaning()
    longer = {found for name, found in words.items() if name.startswith(word)}
    if len({found.month for found in longer}) == 1:
        return longer.pop()
    return WordMeaning()


def fold_word(word: str) -> str:
    """Return a word in lower case, without accents and full stops."""
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(each for each in parts if not unicodedata.combining(each)).replace(".", "")


@lru_cache(1)
def _all_words() -> dict[str, WordMeaning]:
    words: dict[str, WordMeaning] = {}
    for language in LANGUAGES:
        for word, (month, is_weekday) in _language_words(language).items():
            known = words.get(word, WordMeaning())
            words[word] = WordMeaning(known.month or month, known.is_weekday or is_weekday)
    return words


@lru_cache(64)
def _language_words(language: str) -> dict[str, WordMeaning]:
    words: dict[str, WordMeaning] = {}
    for number, name in _iter_names(language):
        known = words.get(name, WordMeaning())
        words[name] = WordMeaning(known.month or number, known.is_weekday or not number)
    return words


def _iter_names(language: str) -> Iterator[tuple[int, str]]:
    """Yield months with their numbers, and weekdays with 0."""
    from babel import Locale  # imported here: few dates need it

    for place in (language, *REGIONS.get(language, ())):
        yield from _iter_names_of(Locale.parse(place))
    yield from ((month, fold_word(name)) for name, month in OTHER_NAMES.items())


def _iter_names_of(locale: Locale) -> Iterator[tuple[int, str]]:
    for form in ("format", "stand-alone"):
        for width in ("wide", "abbreviated", "short"):
            for number, name in locale.months.get(form, {}).get(width, {}).items():
                yield number, fold_word(name)
                if " " in name and locale.language == "ar":
                    yield number, fold_word(name).replace(" ", "")
            for name in locale.days.get(form, {}).get(width, {}).values():
                yield 0, fold_word(name)
