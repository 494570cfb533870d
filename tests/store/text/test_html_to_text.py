"""HTML to text: structure becomes Markdown, active content is dropped."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from store.text.html_parsing import MAX_NAMES, MAX_TAG_DEPTH, is_too_complex
from store.text.html_to_text import html_to_text, parse_html_page


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One\n  two</p><p>Three", "One two\n\nThree"),
        ("bare <b>text</b>&nbsp;here", "bare **text** here"),
        ("one<br>two<br/><br>three", "one\ntwo\n\nthree"),
        ("<h1>Head <i>line</i></h1><h4>Sub</h4>text", "## Head line\n\n## Sub\n\ntext"),
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("<ol><li>one</li> <li><p>two</p></li></ol>after", "1. one\n2. two\n\nafter"),
        ("<ul><li>one<ol><li>in</ol><li>two</ul>", "- one\n  1. in\n- two"),
        ("<li>alone", "- alone"),
        ("<blockquote><p>a<br>b<p>c</blockquote>d", "> a\n> b\n\n> c\n\nd"),
        ("<pre>  a\n    b\n</pre>", "```\n  a\n    b\n```"),
        ('<pre><code class="language-Python hljs">x</code></pre>', "```python\nx\n```"),
        ('<pre class="x lang-c++">y</pre>', "```c++\ny\n```"),
        ('<pre class="brush: sql; gutter">z</pre>', "```sql\nz\n```"),
        ('<div class="highlight-source-rust"><pre>r</pre></div>', "```rust\nr\n```"),
        ('<pre class="slang-x language-`a">p</pre>', "```\np\n```"),
        ('<pre class="language-a">p</pre><pre>q</pre>', "```a\np\n```\n\n```\nq\n```"),
        ("<pre><code>```\nx</code></pre>", "````\n```\nx\n````"),
        ("use <code>x = 1</code> now", "use `x = 1` now"),
        ("<table><tr><th>a<th>b<tr><td>1<td>2</table>", "| a | b |\n| --- | --- |\n| 1 | 2 |"),
        ("<dl><dt>t<dd>d</dl>", "t\n\nd"),
        ("<figure><img src=x alt='A  cat'><figcaption>Cap</figcaption></figure>", "(A cat)\n\nCap"),
        ("<img src=pixel.gif>", ""),
        ("&lt;b&gt; &amp; &eacute; &#8212;", "\\<b> & é —"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_structure(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<a href='https://e.org/a'>words</a>", "[words](https://e.org/a)"),
        ("<a href=' HTTP://e.org/a b(c) '>w</a>", "[w](HTTP://e.org/a%20b%28c%29)"),
        ("<a href='https://e.org'>https://e.org</a>", "https://e.org"),
        ("<a href='https://e.org'>a [b]\n<br>c</a>", "[a \\[b\\] c](https://e.org)"),
        ("<a href='https://e.org'><img src=x></a>", ""),
        ("<a href='https://e.org'><h2>Head</h2></a>", "## [Head](https://e.org)"),
        ("<a href='javascript:x()'>words</a>", "words"),
        ("<a href='/relative'>words</a>", "words"),
        ("<a href='data:text/html,x'>words</a>", "words"),
        ("<a>words</a>", "words"),
    ],
)
def test_links_are_http_only(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_active_content_is_dropped() -> None:
    """Case 99: text only."""
    html = (
        "<p onclick=bad()>a</p><script>bad()</script><style>bad{}</style><iframe src=bad>bad</iframe>"
        "<noscript>bad</noscript><template>bad</template><svg><title>bad</title></svg>"
        "<form><input value=bad><button>bad</button></form><object>bad</object><video>bad</video><!-- bad -->"
        "<nav>bad</nav><p>b</p>"
    )
    assert html_to_text(html) == "a\n\nb"


def test_deep_nesting() -> None:
    """Case 104: no RecursionError, no minutes of parsing."""
    deep = "<div>" * (MAX_TAG_DEPTH * 4) + "text" + "</div>" * (MAX_TAG_DEPTH * 4)
    assert html_to_text(deep) == "text"
    assert parse_html_page(deep) == {"text": "text"}
    assert html_to_text("<blockquote>" * 400 + "text") == "> " * 8 + "text"
    assert html_to_text("<ul><li>" * 400 + "text") == "- " * 8 + "text"
    assert html_to_text("<ul><li>x" * 9 + "y").endswith("\n" + "  " * 7 + "- xy")


@pytest.mark.parametrize(
    "tag", ["</a{}>", "<a{} b='c'>", "<p b{}>", "<p b{}=c>", '<p b{}="c">', "<p ' b{} />"]
)
def test_names_beyond_number(tag: str) -> None:
    """The parser would take a time that grows with their square."""
    html = "<i>text</i>" + "".join(map(tag.format, range(MAX_NAMES + 1)))
    assert is_too_complex(html)
    assert html_to_text(html) == "text"


def test_values_are_no_names() -> None:
    rows = (f"<p a={n} b='{n} {n}' c=\"d{n}\">{n} <q>e{n}</q>" for n in range(MAX_NAMES // 3))
    assert not is_too_complex("".join(rows))


def test_entities_and_surrogates_do_not_raise() -> None:
    """Case 94: sanitizing happens later."""
    assert html_to_text("a&#0;b&#xD800;c\ud800d") == "a\ufffdb\ufffdc\ufffdd"


@given(
    st.lists(
        st.sampled_from(
            ["<ul>", "<li>", "</ul>", "<a href='http://x'>", "</a>", "<pre>", "<script>", "<br>"]
        )
        | st.text(max_size=5)
    ).map("".join)
)
@settings(max_examples=75, deadline=None)
@example("\0")
def test_any_markup_gives_text(html: str) -> None:
    text = html_to_text(html)
    assert "\0" not in text
    assert "<script" not in text
    assert text == text.strip("\n")


def test_title_url_and_text_of_a_page() -> None:
    page = (
        "<!doctype html><html lang=en-GB><head><title>The ferry — Nordvik Times</title>"
        "<link rel=canonical href=https://example.org/ferry></head><body><header>Menu</header>"
        "<article><h1>The ferry</h1><p>It sails.</article><footer>Imprint</footer>"
    )
    assert parse_html_page(page) == {
        "title": "The ferry",
        "url": "https://example.org/ferry",
        "language": "en-GB",
        "text": "It sails.",
    }


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<title>A page</title><h1>Other</h1>", "A page"),
        ("<h1>Only a heading</h1>", "Only a heading"),
        ("<title> </title><p>x", ""),
        ("<p>x<svg><title>Icon</title></svg>", ""),
    ],
)
def test_the_title_of_a_page(html: str, title: str) -> None:
    assert parse_html_page(html)["title"] == title
