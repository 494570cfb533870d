"""HTML to text: nothing of a text is lost or changes its meaning."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.exporters.html import markdown_to_html
from store.text.clean import clean_text
from store.text.html_to_text import html_to_text
from store.text.markdown import strip_inline_markdown
from tui.rendering.text_layout import TextLayout

SRC = "http://e.org/a.jpg"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (f"<img src={SRC} alt='A  cat'>", f"![A cat]({SRC})"),
        (f"<img src={SRC} title=T>", f"![T]({SRC})"),
        (f"<img src={SRC}>", f"![a.jpg]({SRC})"),
        (f"<figure><img src={SRC}><figcaption>Cap</figcaption></figure>", f"![Cap]({SRC})"),
        (f"<img src={SRC} srcset='//e.org/b.jpg 800w, //e.org/c.jpg 300w' alt=z>",
         "![z](https://e.org/b.jpg)"),
        (f"<picture><source srcset='http://e.org/big.webp 2x'><img src={SRC} alt=z></picture>",
         "![z](http://e.org/big.webp)"),
        (f"<img src='data:image/gif;base64,R0' data-src={SRC} alt=z>", f"![z]({SRC})"),
        (f"<picture><source data-srcset='http://e.org/s.jpg 90w, {SRC} 900w'><img src=data:x alt=z></picture>",
         f"![z]({SRC})"),
        (f"<picture><source srcset={SRC}><img src=http://e.org/img/placeholder-4x3.png alt=z></picture>",
         f"![z]({SRC})"),
        (f"<img src=http://e.org/1x1.gif srcset={SRC} alt=z>", f"![z]({SRC})"),
        (f"<picture><source srcset=http://e.org/a.webp><img src={SRC} alt=z></picture>", f"![z]({SRC})"),
        ("a<a href=http://e.org/> b </a>c <a href=http://e.org/>d<br></a>e",
         "a [b](http://e.org/) c [d](http://e.org/)\ne"),
        (f"<img src=data:x><noscript><img src={SRC} alt=z></noscript>", f"![z]({SRC})"),
        (f"<img src={SRC} width=1 height=1>", ""),
        (f"<img src={SRC} style='width:2px'>", ""),
        (f"<img src={SRC} alt=😀>", "😀"),
        (f"<a href=http://e.org/p><img src={SRC} alt=z></a>", f"[![z]({SRC})](http://e.org/p)"),
        (f"<a href={SRC}><img src={SRC} alt=z></a>", f"![z]({SRC})"),
        ("<a href=http://e.org><p>one</p><p>two</p></a>", "[one](http://e.org)\n\n[two](http://e.org)"),
        ("<map><area href=http://e.org/n alt=North><area href=http://e.org/s title=S><area href=/x alt=A></map>",
         "[North](http://e.org/n) [S](http://e.org/s)"),
        ("<iframe src=//youtube.com/embed/x></iframe>",
         "[Embedded: youtube.com](https://youtube.com/embed/x)"),
        ("<video><source src=http://v.org/a.mp4>no video</video>",
         "[Video: v.org](http://v.org/a.mp4)"),
        ("<audio src=http://v.org/a.mp3></audio>", "[Audio: v.org](http://v.org/a.mp3)"),
        ("<amp-img src=http://e.org/a.jpg alt=A></amp-img>", f"![A]({SRC})"),
        (f"<img class=wp-smiley alt=':)' src={SRC}>", ":)"),
        ("<figure><oembed url=http://a.org/v></oembed></figure>", "[Embedded: a.org](http://a.org/v)"),
        ("<iframe src=http://a.org></iframe><iframe src=http://b.org title=T></iframe>",
         "[Embedded: a.org](http://a.org) [T: b.org](http://b.org)"),
        ("<a href='mailto:ann@e.org?subject=x'>Ann</a>", "Ann (ann@e.org)"),
        ("<a href='mailto:ann@e.org'>ann@e.org</a>", "ann@e.org"),
        ("<a href='tel:+49 30'>call</a>", "call (+49 30)"),
        ("<a href='gemini://e.org/'>capsule</a>", "capsule (gemini://e.org/)"),
        ("<a href='javascript:x()'>run</a> <a href='data:text/html,x'>see</a>", "run see"),
        ("<object><embed src=http://v.org/a.swf></object>",
         "[Embedded: v.org](http://v.org/a.swf)"),
    ],
)  # fmt: skip
def test_pictures_and_media_are_links(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("10<sup>6</sup> boats<sup>1</sup>", "10⁶ boats¹"),
        ("x<sup>k+m</sup> 1<sup>st</sup>", "x^(k+m) 1st"),
        ("H<sub>2</sub>O", "H₂O"),
        ("<del>80 €</del> <ins>70 €</ins>", "~~80 €~~ 70 €"),
        ("<q>hi</q>", "“hi”"),
        ("<math><mfrac><mn>1</mn><msqrt><mi>x</mi></msqrt></mfrac></math>", "1/(√x)"),
        ("<math><msup><mi>x</mi><mn>2</mn></msup></math>", "x²"),
        ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>", "漢(kan)"),
        ("<table><tr><th></th><th>a<tr><td>b<td>c|d</table>",
         "|  | a |\n| --- | --- |\n| b | c\\|d |"),
        ("<table><tr><td><p>x</p><p>y</p><td>z</table>", "| x y | z |"),
        ("<ol start=5><li>a<li value=9>b<li>c</ol>", "5. a\n9. b\n10. c"),
        ("<ol reversed><li>a<li>b</ol>", "2. a\n1. b"),
        ("<hr><p>a<hr><hr/>b<table><tr><td>c<hr>d<td>e</table><hr>", "a\n\n* * *\n\nb\n\n| c d | e |"),
        ("<blockquote>a<hr>b</blockquote><hr><ul><li>c<hr>d</ul>", "> a\n\n> * * *\n\n> b\n\n* * *\n\n- c\n\n  d"),
        ("<pre>10<sup>6</sup> x<sub>ij</sub> <sup>a</sup></pre>", "```\n10⁶ xᵢⱼ a\n```"),
        ("1<sup>ère</sup> 2<sup>do</sup> C<sup>ie</sup> M<sup>lles</sup>", "1ère 2do Cie Mlles"),
        ("<h2>One<br>two <b>x</b></h2>", "## One two x"),
        ("<table><thead><tr><td>a<td>b<tbody><tr><td>1<td>2</table>", "| a | b |\n| --- | --- |\n| 1 | 2 |"),
        ("<math><mi>x</mi><mtext>&nbsp;if </mtext><mi>y</mi><mspace/><mo>&lt;</mo><mn>1</mn></math>", "x if y <1"),
        ("<p style='position:absolute; left:-9999px'>no<p style='clip: rect(0 0 0 0)'>no<p style='text-indent:-9999em'>no"
         "<p style='left:-10px;clip:auto;text-indent:-2em'>yes", "yes"),
        ("<ol type=a><li>x<li>y</ol><ol type=A start=26><li>x<li>y</ol>", "a. x\nb. y\n\nZ. x\nAA. y"),
        ("<ol type=I start=3><li>x<li>y<li value=9>z</ol>", "III. x\nIV. y\nIX. z"),
        ("<ol style='list-style-type: lower-roman' start=0><li>x<li>y</ol>", "0. x\ni. y"),
        ("<ol style='list-style: upper-latin outside'><li>x<ul><li>z</ul></ol>", "A. x\n  - z"),
        ("<ol type=1 start=-1 reversed><li>x<li>y</ol>", "-1. x\n-2. y"),
        ("<ol type=a><li><p>x</p><p>y</p><li><ol type=i><li>z<li>q</ol></ol>", "a. x\n\n  y\nb. i. z\n  ii. q"),
        ("<ul><li><ul><li>a<li>b</ul><li>c<ul><li></li><li>d</ul></ul>", "- - a\n  - b\n- c\n  - d"),
        ("<ul><li>x<ul><li><ol><li>a<li>b</ol></ul><li><h3>H</h3></ul>", "- x\n  - 1. a\n    2. b\n- H"),
        ("<abbr title='Red  List'>RL</abbr>, <abbr title='Red List'>RL</abbr>; Old Sea (<acronym title='Old Sea'>OS</acronym>)",
         "RL (Red List), RL; Old Sea (OS)"),
        ("<abbr title='2024-01-02T03:04:05Z'>today</abbr> <dfn title='Gale Warning'>GW</dfn> <dfn>x</dfn> <abbr title=HTML>HTML</abbr>",
         "today GW (Gale Warning) x HTML"),
        ("a<iframe srcdoc='<p>b <b>c</b><script>no</script>'></iframe>d<iframe srcdoc='<p>no' src=//e.org></iframe>",
         "a\n\nb **c**\n\nd [Embedded: e.org](https://e.org)"),
        ("<ul><li>x<table><tr><th>a<th>b<tr><td>c<td>d<tr><td>e<td>f</table><li>y</ul>",
         "- x\n\n  | a | b |\n  | --- | --- |\n  | c | d |\n  | e | f |\n\n- y"),
        ("<table><tr><td colspan=2>H<tr><td>a<td>b<tr><td>c<td>d<tr><td colspan=2>I<tr><td>J</table>",
         "H\n\n| a | b |\n| c | d |\n\nI\nJ"),
        ("<table><tr><td><p>a<p>b<tr><td><table><tr><td>c<td>d</table><tr><td><p>e</table><table><tr><td>f<td>g</table>",
         "a\n\nb\n\n| c | d |\n\ne\n\n| f | g |"),
        ("<iframe srcdoc='x <iframe srcdoc=no></iframe>'></iframe>y", "x\n\ny"),
        ("<pre>a\tb\n\n\n\nc</pre>", "```\na       b\n\n\n\nc\n```"),
        ("<form><p>in a form<input value=no><button>no</button></form>", "in a form"),
        ("<p class=preheader>no</p><p style='opacity:0;max-height:0px;overflow:hidden'>no</p>x", "x"),
        ("<p style='opacity:1; line-height:1'>yes</p><p style='max-height:0'>yes</p>", "yes\n\nyes"),
        (f"<p style='font-size:0; line-height:0'><img src={SRC} alt=z></p>", f"![z]({SRC})"),
        ("<p hidden>no</p><div style='color:red; display:none'>no</div>x", "x"),
        ("<p>日本\n語 and\nmore</p>", "日本語 and more"),
        ("<p>日本\n<b>語</b>\n<a href=http://e.org/>字</a>\n後</p>", "日本**語**[字](http://e.org/)後"),
        ("<p>说“好”\n“不”…\n后 “ok”\n“go”</p>", "说“好” “不”…后 “ok” “go”"),
        ("<span style='text-decoration: line-through'>80</span> 70 <u style='text-decoration-line:line-through'>x</u>",
         "~~80~~ 70 ~~x~~"),
        ("10<span style='vertical-align:super;font-size:9px'>6</span> H<font style='vertical-align: sub'>2</font>O",
         "10⁶ H₂O"),
        ("<span style='font-weight:700'>a</span> <span style='font-style: italic'>b</span> <b style='font-weight:normal'>c</b>",
         "**a** *b* c"),
        ("<span style='font-weight:400'>a</span> <p style='text-decoration:underline'>b</p>", "a\n\nb"),
        ("<p># of boats<p>&gt; 40<p>1. x<p>- y<p>1986. A year",
         "\\# of boats\n\n\\> 40\n\n1\\. x\n\n\\- y\n\n1986\\. A year"),
        ("<p>*x* _y_ a_b 5 * 3 `c` [a](b) [1] &amp;lt; C:\\*",
         "\\*x\\* \\_y\\_ a_b 5 * 3 \\`c\\` \\[a](b) [1] \\&lt; C:\\\\\\*"),
        ("a<del><p>x</p> <p>y <s>z</s></p></del>b <s>c</s><s>d</s> <del> </del>e",
         "a\n\n~~x~~\n\n~~y z~~\n\nb ~~cd~~ e"),
        ("<ul><li><input type=checkbox checked> done<li><input type=checkbox>to do", "- [x] done\n- [ ] to do"),
        ("<p>a <input type=checkbox> b", "a b"),
        ("<table><tr><th>Name<td>Ann<tr><th>Age<td>3</table>", "| Name | Ann |\n| Age | 3 |"),
        ("<span class=katex><math><mi>q</mi></math><span class=katex-html>q</span></span>", "q"),
        ("<span class=MathJax_Preview>p</span><span class=MathJax>x2</span>"
         "<script type='math/tex; mode=display'>x^2</script><script>no</script>", "$$x^2$$"),
        ("<span class=MathJax>x²</span>", "x²"),
        ("<math><mfrac><mrow><mn>2</mn><mi>b</mi></mrow><mrow><mn>2</mn><mi>a</mi></mrow></mfrac></math>",
         "2b/(2a)"),
        ("<math><mfenced><mi>a</mi><mi>b</mi></mfenced></math>", "(a, b)"),
        ("<pre><span class=ln> 1</span>one\n<span class=ln> 2</span>two</pre>", "```\none\ntwo\n```"),
        ("<table><tr>\n<td style=x><pre><code>1\n2</code></pre></td>\n<td><pre>x\ny</pre></table>", "```\nx\ny\n```"),
        ("<pre><span style='white-space:pre;-webkit-user-select:none;user-select:none'>1\n</span>x "
         "<span style='user-select:none'>$</span></pre>", "```\nx $\n```"),
        ("<table><tr><td><pre>1</pre><td>y</table>", "```\n1\n```\n\ny"),
        ("<b>a <strong style='x'>b</strong></b> <i>c <b>d <em>e</em></b></i>", "**a b** *c **d e***"),
        ("<table><tr><td class=gutter><pre>1\n2</pre><td><pre>x\ny</pre></table>", "```\nx\ny\n```"),
        ("<table><tr><td class=gutter><div>1</div><div>2</div><td class=code><div class=container><div><code>if </code>"
         "x:</div><div><code>&nbsp;&nbsp;</code>y</div></div></table>", "```\nif x:\n  y\n```"),
        ("<table><tr><td class='crayon-nums '><div>1</div><div>2</div><td class=crayon-code><div class=crayon-pre>"
         "<div>x</div><div>&nbsp;y</div></div></table>", "```\nx\n y\n```"),
        ("<table><tr><td>One<tr><td><h2>Two</h2></table>", "One\n\n## Two"),
        ("<table class=highlight><tr><td class=blob-num></td><td class=blob-code>if x:</td></tr>\n"
         "<tr><td class=blob-num></td><td class=blob-code>  y</td></tr></table>", "```\nif x:\n  y\n```"),
        ("<ol class='dp-py'><li><span>if x:</span></li><li>&nbsp;y</li></ol>", "```\nif x:\n y\n```"),
        ("<pre data-enlighter-language=php>x</pre><pre><code data-lang=js>y</code></pre>",
         "```php\nx\n```\n\n```js\ny\n```"),
        ("one<br></br>two<br class='x'></br >three</br>four", "one\ntwo\nthree\nfour"),
        ("<p class=sr-only>no<p>x <span class=screen-reader-text>no</span>", "x"),
        ("<xmp><b>x</b>\n y</xmp>", "```\n<b>x</b>\n y\n```"),
        ("one\ntwo\n \nthree &amp; 4", "one two\n\nthree & 4"),
        ("<lite-youtube videoid=aB1 playlabel=Film></lite-youtube>",
         "[Film: www.youtube.com](https://www.youtube.com/watch?v=aB1)"),
        ("<iframe/><p>after", "after"),
        # -- what only looks like a tag
        ("Map<K, V> of <your-name> &amp; <config>", "Map\\<K, V> of \\<your-name> & \\<config>"),
        ("<p>a <x-y>b</x-y> <T> c", "a b \\<T> c"),
        ("see <https://e.org/a> now", "see \\<https://e.org/a> now"),
        ("a &amp; x<y and 1<2", "a & x\\<y and 1<2"),
        ("<p>x <script type=math/tex>a<b &lt; c</script>", "x $a\\<b < c$"),
        ("<script>if (a<b> c)</script><svg><path><g></svg>x", "x"),
        # -- listings with an element for each line
        ("<pre><div class=token-line>a</div><div>b</div>c</pre>", "```\na\nb\nc\n```"),
        ("<pre><code><span class=line>a</span><span class=line></span><span class=line>b</span></code>"
         "</pre>", "```\na\n\nb\n```"),
        ("<pre><span class=line>a</span>\n<span class=line>b</span><br><span class=line>c</span></pre>",
         "```\na\nb\nc\n```"),
        ("<pre><ol><li>a</li><li>b</li></ol></pre>", "```\na\nb\n```"),
        ("<pre><table><tr><td>1</td><td>a</td></tr><tr><td>2</td><td>b</td></tr></table></pre>",
         "```\n1 a\n2 b\n```"),
        ("<pre><div>a</div><div><span></span><br></div><div>b</div></pre>", "```\na\n\nb\n```"),
        ("<xmp>a <T> b</xmp>", "```\na <T> b\n```"),
        # -- styles that show line breaks
        ("<p style='white-space: pre-line'>\nOne\nTwo\n\nThree\n</p><p>x\ny", "One\nTwo\n\nThree\n\nx y"),
        ("<div style='white-space:pre-wrap'>\n<p>a\n<p>b\nc</p>\n</div>", "a\n\nb\nc"),
        ("<div style='white-space:pre-wrap'>a\n<b>b\nc</b><p style='white-space:normal'>c\nd</div>",
         "a\nb\nc\n\nc d"),
        ("<p style='white-space:nowrap'>a\nb", "a b"),
        ("<pre style='white-space:pre-wrap'>a\n  b</pre>", "```\na\n  b\n```"),
        # -- links inside the page
        ("<dt>sail(to)<a class=headerlink href=#f>¶</a>", "sail(to)"),
        ("<h2>Head</h2><span class=mw-editsection>[<a href=http://e.org/x>edit</a>]</span>", "## Head"),
        ("<h2>Head<a href=#head class=headerlink>¶</a></h2>", "## Head"),
        ("<h2><a href=#head aria-hidden=true>#</a> Head</h2>", "## Head"),
        ("<li>Note <a href=#fnref1>↩︎</a>", "- Note"),
        ("<p>Ferry<a href=#fn1>*</a> <a href=#x>x</a>", "Ferry\\* x"),
        ("<p>Ferry.<a class=footnote-anchor href=#footnote-1>1</a> Sails", "Ferry.¹ Sails"),
        ("<p>Ferry<sup><a role=doc-noteref href=#fn2>2</a></sup>", "Ferry²"),
        # -- formulas that a script would draw
        ("<div data-attrs='{\"persistentExpression\":\"\\\\frac{a}{b}\"}'></div>", "$\\frac{a}{b}$"),
        ("<p>of <span data-tex='x^2'></span>.", "of $x^2$."),
        # -- a caption names one picture only
        (f"<figure><img src={SRC}><img src=http://e.org/b.jpg><figcaption>Cap</figcaption></figure>",
         f"![a.jpg]({SRC})![b.jpg](http://e.org/b.jpg)\n\nCap"),
        (f"<figure><img src=data:x data-src={SRC}><noscript><img src={SRC}></noscript><figcaption>Cap"
         "</figcaption></figure>", f"![Cap]({SRC})"),
        ("<p>a<video src=http://v.org/a/><p>b", "a [Video: v.org](http://v.org/a)\n\nb"),
    ],
)  # fmt: skip
def test_meaning_is_kept(html: str, text: str) -> None:
    assert html_to_text(html) == text
    assert clean_text(text) == text


@given(st.text("ab 1.*_`[]()<>&#-+~|!\\\\=:/é語", max_size=30))
@settings(max_examples=150, deadline=None)
def test_text_is_drawn_and_searched_as_written(words: str) -> None:
    """What is text in the page is text on the screen, without its markup characters lost."""
    escaped = words.replace("&", "&amp;").replace("<", "&lt;")
    expected = " ".join(words.split())
    stored = html_to_text(f"<p>{escaped}</p>")
    assert strip_inline_markdown(stored) == expected
    assert "".join(line.text for line in TextLayout(stored, 500)) == expected


@given(
    st.lists(
        st.sampled_from(["<p>", "<td>", "<b>", "<li>", "<sup>", "<del>", "</p>", "</del>"]),
        max_size=12,
    )
)
@settings(max_examples=100, deadline=None)
def test_no_word_is_lost(tags: list[str]) -> None:
    html = "".join(f"{tag}word{number} " for number, tag in enumerate(tags))
    words = [int(each) for each in re.findall(r"word(\d+)", html_to_text(f"<table>{html}</table>"))]
    assert sorted(words) == list(range(len(tags)))


def test_exports_mean_the_same() -> None:
    stored = html_to_text(
        f"<p>*x* # 1<del>2</del><ol start=3><li>a<li value=7>b</ol>"
        f"<a href=http://e.org/p><img src={SRC} alt='a *b*'></a>"
    )
    html = markdown_to_html(stored)
    assert "*x* # 1<s>2</s>" in html
    assert '<li value="7">b' in html
    assert f'<a href="{SRC}">▣ a *b*</a>' in html
    assert 'href="http://e.org/p"' in html
    assert "<img" not in html


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td>a|b<td><i>c</i> *<tr><td>d<td></table>x",
        "<ul><li>x<table><tr><td>a<td>b<tr><td>c<td>d</table></ul>",
        "<blockquote><table><tr><td>a<td>b</table></blockquote><pre>| a | b |</pre>| a | b |",
    ],
)
def test_tables_without_heads_are_exported(html: str) -> None:
    stored = html_to_text(html)
    exported = markdown_to_html(stored)
    assert exported.count("<td>") == html.count("<td>")
    assert html_to_text(exported) == stored


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ("<tr><td rowspan=2>a<td>b<tr><td>c<tr><td>d<td>e", "| a | b |\n|  | c |\n| d | e |"),
        ("<tr><td>a<td rowspan=2>b<tr><td>c", "| a | b |\n| c |  |"),
        ("<tr><th>a<th rowspan=2>b<tr><td>c", "| a | b |\n| --- | --- |\n| c |  |"),
        ("<tr><td>a<td rowspan=2>b<td>x<tr><td>c<td>y", "| a | b | x |\n| c |  | y |"),
        ("<tr><td rowspan=2 colspan=2>a<td>b<tr><td>c<td>d", "| a |  | b |\n|  |  | c | d |"),
        ("<tr><td rowspan=0>a<td rowspan=x>b<tr><td>c<td>d", "| a | b |\n| c | d |"),
        ("<tr><td rowspan=9>a<td>b</table><table><tr><td>c<td>d", "| a | b |\n\n| c | d |"),
        (
            "<tr><th>a<th>b<tr><td><ul><li>c<li>d</ul><td>e",
            "| a | b |\n| --- | --- |\n| • c • d | e |",
        ),
        ("<tr><th>a<td><ol start=3><li>c<li>d<ul><li>e</ul></ol>f", "| a | 3\\. c 4. d • e f |"),
        (
            "<tr><th>a<th>b<tr><td><h3>c</h3><td><blockquote>d</blockquote><figure>e</figure>",
            "| a | b |\n| --- | --- |\n| c | d e |",
        ),
        ("<tr><td><ul><li>c<li>d</ul><td>e", "- c\n- d\n\ne"),
    ],
)
def test_cells_of_several_rows_keep_the_columns(rows: str, text: str) -> None:
    assert html_to_text(f"<table>{rows}</table>") == text


def test_covered_cells_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 104: a few letters could stand for millions of cells."""
    monkeypatch.setattr("store.text.markdown_writer.MAX_COVERED_CELLS", 50)
    text = html_to_text("<table>" + "<tr><td rowspan=9 colspan=9>x<td>y" * 99 + "</table>")
    assert text.count("|") < 500
    assert text.endswith("| x | y |")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a <b>bold</b> and <em>fine</em> word", "a **bold** and *fine* word"),
        ("<strong><i>both</i></strong>", "***both***"),
        ("a <b> word </b>.", "a **word** ."),
        ("<b>spaces </b>after", "**spaces** after"),
        ("un<b>believ</b>able", "unbelievable"),
        ("有<b>大雾</b>，<b>停</b>航", "有**大雾**，**停**航"),
        ("有<b>“雾”</b>天<i>了</i>", "有“雾”天了"),
        ("(<i>x</i>), “<i>y</i>”.", "(*x*), “*y*”."),
        ("<b></b>none<b> </b>", "none"),
        ("<b>a</b><b>b</b> <i>c</i><i> d</i>", "**ab** *c d*"),
        ("<b>2*3</b> <i>*</i>", "**2\\*3** *\\**"),
        ("<b><p>one</p><p>two <b>x</b></p></b>", "one\n\ntwo **x**"),
        ("<p>one</b> two</p>", "one two"),
        ("<h2><b>Head</b></h2>", "## Head"),
        ('<a href="http://e.org"><b>Link</b></a>', "[**Link**](http://e.org)"),
        ("<code><b>c</b></code> x<sup><i>2</i></sup>", "`c` x²"),
        ("<pre><b>c</b></pre>", "```\nc\n```"),
        ("<b>\x05\x06</b>a\x07b", "ab"),
    ],
)
def test_emphasis_is_kept(html: str, text: str) -> None:
    assert html_to_text(html) == text
