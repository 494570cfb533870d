"""Tags with more attributes than any author writes."""

from __future__ import annotations

import pytest

from store.text.decoding import limit_attributes


@pytest.mark.parametrize(
    "attribute",
    [
        "a{}",
        'a{}="x"',
        "a{}='x'",
        "a{}=x",
        'a{}="x>{}"',
        'a{}="<"',
        "a<{}",
        "=a{}=x",
        '"a{}',
        "a{}/",
    ],
)
def test_a_tag_keeps_two_hundred_attributes(attribute: str) -> None:
    def tag(count: int) -> str:
        return f"<div {' '.join(attribute.format(n, n) for n in range(count))}>"

    html = limit_attributes(f"<p>a &lt; b</p>{tag(40_000)}text</div>")
    assert html.replace("/>", ">") == f"<p>a &lt; b</p>{tag(200)}text</div>".replace("/>", ">")


@pytest.mark.parametrize(
    "html",
    [
        "",
        "a < b and a <b but " + "word " * 150,
        "<p class='x'>word</p>" * 300,
        "<script>if(a<b){" + "x y;" * 90 + "}</script><p>text</p>",
        "<a title='" + "word " * 900 + "'>text</a>",
        "<a " * 150,
        "<a<a" * 10_000,
        "<script>if(a<b){" + "x='1' " * 900 + "}</script><p>text</p>",
    ],
)
def test_other_tags_stay_as_they_are(html: str) -> None:
    assert limit_attributes(html) == html
