"""Charsets of files and pages that do not declare any: marks in the bytes, and a guess by `chardet`."""

from __future__ import annotations

import codecs
import re

CHARSET_BY_BOM = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
ISO_2022_ESCAPE = re.compile(rb"\x1b(?:\$[@B]|\$\([CDOPQ]|\([JI])")
ISO_2022_CHARSETS = ("iso2022_jp_2", "iso2022_jp_ext", "iso2022_jp_2004")

LEGACY_CHARSETS = tuple(
    str.split(
        "windows-1252 windows-1251 koi8-r koi8-u windows-1250 iso-8859-2 iso-8859-5 windows-1253"
        " iso-8859-7 windows-1254 windows-1255 windows-1256 windows-1257 windows-1258 cp874"
        " cp932 euc-jp gb18030 big5 cp949 cp866 mac-roman cp850"
    )
)
"""The charsets that pages and files still have, of which one is guessed."""
WESTERN = "cp1252"
NON_ASCII_PASSAGE = re.compile(rb"[^<>\n\x80-\xff]{0,20}+(?:[\x80-\xff]++[^<>\n\x80-\xff]{0,20}+)+")
"""Characters beyond ASCII, with the words around them and without markup."""
MIXED_WORD = re.compile(
    "[A-Za-z][\u0370-\u04ff\u0590-\u06ff]|[\u0370-\u04ff\u0590-\u06ff][A-Za-z]"
    "|[A-Za-z][\x81-\x9d¡-©«-¶¸-¿‚„†‡•‰‹›˜Ÿ]+[a-z]"
)
"""Latin beside another alphabet or a sign inside a word: the charset is another."""
MAX_SAMPLE_BYTES = 50_000
MIN_SAMPLE_BYTES = 20
"""One character in a shorter sample says nothing about the charset."""
TIE_SHARE = 0.9
"""The confidence in Western European, as a share of the best, at which it is preferred."""

MIN_VALID_PER_DAMAGED = 3
"""Characters beyond ASCII for each damaged one, at least, in UTF-8. Other charsets have at most 0.4: two
letters in a row are seldom one character of UTF-8."""

STRAY_BYTES_AS_WESTERN = "newstui.stray-bytes"
"""Error handler that reads the bytes that a charset does not have as Western European."""


def find_marked_charset(data: bytes) -> str:
    """Return the charset that a byte order mark, NUL bytes or escapes give away; "" without any."""
    for mark, name in CHARSET_BY_BOM:
        if data.startswith(mark):
            return name
    sample = data[:2_000]
    for low, high, name in ((0, 1, "utf-16-le"), (1, 0, "utf-16-be")):
        letters, nuls = sample[low::2], sample[high::2]
        if len(sample) > 3 and 2 * nuls.count(0) > len(nuls) and not letters.count(0):
            return name
    if sample[:2] in (b"<\0", b"\0<"):
        return "utf-16-le" if sample[0] else "utf-16-be"
    if ISO_2022_ESCAPE.search(data):
        return next((name for name in ISO_2022_CHARSETS if can_decode(data, name)), "")
    return ""


def is_utf8(data: bytes) -> bool:
    """Return True for UTF-8, even if it is cut off anywhere or a few of its bytes are damaged."""
    text = data.decode("utf-8", "replace")
    if not (damaged := text.count("\ufffd")):
        return True
    valid = sum(character > "\x7f" for character in text) - damaged
    return valid > 0 and valid >= MIN_VALID_PER_DAMAGED * (damaged - text.endswith("\ufffd"))


def can_decode(data: bytes, charset: str) -> bool:
    """Return True if every byte has a meaning in a charset."""
    try:
        data.decode(charset)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def guess_charset(data: bytes) -> str:
    """Return the legacy charset that the bytes look like; an empty string if they look like none."""
    from chardet import detect_all  # imported here: rarely needed

    sample = b""
    for passage in NON_ASCII_PASSAGE.finditer(data):
        sample += passage[0] + b"\n"
        if len(sample) > MAX_SAMPLE_BYTES:
            break
    if len(sample) < MIN_SAMPLE_BYTES and sum(byte > 0x7F for byte in sample) < 2:
        return WESTERN
    found = {
        name: each["confidence"]
        for each in detect_all(sample, include_encodings=LEGACY_CHARSETS, ignore_threshold=True)
        if (name := each["encoding"])
    }
    plausible = [name for name in found if not MIXED_WORD.search(sample.decode(name, "replace"))]
    best = next(iter(plausible or found), "")
    is_tie = "Windows-1252" in plausible and found["Windows-1252"] > TIE_SHARE * found[best]
    return WESTERN if is_tie else best


def _replace_stray_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray, is_at_end = error.object[error.start : error.end], error.end == len(error.object)
    if is_at_end and error.reason == "unexpected end of data":
        return "", error.end  # cut off inside a character
    if len(stray) > 1:
        return "\ufffd", error.end  # the rest of a character, of which it is not known
    return stray.decode(WESTERN if can_decode(stray, WESTERN) else "latin-1"), error.end


codecs.register_error(STRAY_BYTES_AS_WESTERN, _replace_stray_bytes)
