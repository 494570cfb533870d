"""Classes of characters that sanitizing and wrapping share."""

from __future__ import annotations

# What is drawn as it stands, whatever is beside it: allowed, and neither mark, Hangul part, selector, joiner,
# filler, skin tone nor rare blank. Nearly all text is made of nothing else, and needs no further look.
# Possessive: of a megabyte it takes some hundredths of a second.
SIMPLE_CHARACTERS = (
    r"\n -~\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u058f\u1e00-\u1ffe\u2010-\u2027\u2030-\u205e"
    r"\u2070-\u20c0\u2100-\u2cdf\u2e00-\u3029\u3030-\u3096\u309b-\u3163\u3165-\ua66e\uac00-\ud7a3"
    r"\uf900-\ufb1d\ufb1f-\ufdcf\ufdf0-\ufdff\ufe30-\ufefc\uff01-\uff9f\uffa1-\uffee\ufffc\ufffd"
    r"\U0001f000-\U0001f3fa\U0001f400-\U0001fffd\U00020000-\U0002fffd\U00030000-\U0003fffd"
)
