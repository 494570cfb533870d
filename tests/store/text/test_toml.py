"""TOML that others wrote: what it says, and no more time and memory than its size."""

from __future__ import annotations

import pytest

from store.text.toml import MAX_KEY_PARTS, parse_toml

TOO_MANY = {
    "bare": "a" + ".a" * 9_000,
    "with blanks": "a" + " . a" * 9_000,
    "quoted": '"a b"' + '."a b"' * 9_000,
    "quoted, with escapes": '"\\""' + '."\\""' * 9_000,
    "single quotes": "'a\"b'" + ".'a\"b'" * 9_000,
    "empty": '""' + '.""' * 9_000,
    "at the bound": "a" + ".a" * MAX_KEY_PARTS,
}


@pytest.mark.parametrize("key", TOO_MANY.values(), ids=TOO_MANY)
@pytest.mark.parametrize(
    "text",
    [
        "{} = 1",
        "[{}]",
        "[[{}]]",
        "x = {{a = {{{} = 1}}}}",
        '# it\'s """\n{} = 1',
        'x = {{a = """ \' \\" " "" # """, {} = 1}}',
        'x = {{a = """\n"""", {} = 1}}',
        "x = {{a = ''' \" \n''''', {} = 1}}",
    ],
)
def test_a_key_has_a_bounded_number_of_parts(text: str, key: str) -> None:
    with pytest.raises(ValueError, match="a key has too many parts"):
        parse_toml(text.format(key))


@pytest.mark.parametrize(
    "value",
    [
        '"' + "1.2." * 100 + '"',
        "'" + "a . b." * 100 + "'",
        '"""\n"' + "One sentence. Another one. " * 100 + '"""',
        "1 # " + "a." * 100,
        "[" + "1.5, " * 100 + "]",
    ],
)
def test_dots_in_values_are_not_counted(value: str) -> None:
    assert list(parse_toml(f"x = {value}")) == ["x"]


def test_the_longest_key() -> None:
    assert list(parse_toml("a" + ".a" * (MAX_KEY_PARTS - 1) + " = 1")) == ["a"]


def test_what_is_not_toml() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        parse_toml("a = " + "[" * 100_000)
    with pytest.raises(ValueError, match="at line 1"):
        parse_toml("a = \n")
