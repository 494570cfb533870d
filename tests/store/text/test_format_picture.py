"""Pictures as Markdown: any text and any address make one picture, and are read back."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from store.text.markdown import format_picture


@pytest.mark.parametrize(
    ("alt", "url", "written"),
    [
        ("a", "https://e.org/a.jpg", "![a](https://e.org/a.jpg)"),
        ("a[1] b", "https://e.org/a.jpg", r"![a\[1\] b](https://e.org/a.jpg)"),
        ("[a](b)", "https://e.org/a (1).jpg", r"![\[a\](b)](https://e.org/a%20%281%29.jpg)"),
        ("*a* | b", "https://e.org/", r"![\*a\* \| b](https://e.org/)"),
        ("a\\", "https://e.org/", r"![a\\](https://e.org/)"),
    ],
)
def test_pictures(alt: str, url: str, written: str) -> None:
    assert format_picture(alt, url) == written
    (picture,) = MarkdownIt().parseInline(written)[0].children or []
    assert (picture.type, "".join(each.content for each in picture.children or [])) == (
        "image",
        alt,
    )
