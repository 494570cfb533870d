"""Markdown with front matter: fields, pitfalls, and unwrapping of paragraphs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from store.importers.article_builder import build_article
from store.importers.markdown_files import MAX_FRONT_MATTER_CHARS, parse_markdown_article
from store.model.errors import InvalidInput

NOW = "2031-05-06T07:08:09Z"


def test_the_address_of_a_heading_is_that_of_the_article() -> None:
    fields = parse_markdown_article("# [A *boat*](https://a.example/1)\n\nx")
    assert (fields["title"], fields["url"]) == ("A boat", "https://a.example/1")


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("a[^1] b[^n].\n\n[^1]: One.\n[^n]: Two.", "a[^1] b[^n].\n\n\\[^1]: One.\n\n\\[^n]: Two."),
        ("> [!note] Fog\n> It is thick.", "> **Fog**\n\n> It is thick."),
        ("> [!WARNING]\n> Wet.", "> **Warning**\n\n> Wet."),
        ("[[Note]] [[Note|shown]] [[Note#Part]] ![[a.png]]", "Note shown Note > Part (a.png)"),
        ("![[a.png|100]] ![[a.png|100x50]] ![[a.png|Pier]]", "(a.png) (a.png) (Pier)"),
        ("![Pier|300](http://e.org/a.png)\n\n![300x200](http://e.org/b.png)",
         "![Pier](http://e.org/a.png)\n\n![b.png](http://e.org/b.png)"),
        ("![a|b](http://e.org/a.png)", "![a\\|b](http://e.org/a.png)"),
        ("a ==marked== b == c == `==d==` `[[e]]`", "a marked b == c == `==d==` `[[e]]`"),
        ("$$\\int_0^1 x\\,dx$$ and $a_1*b_2*c$", "$$\\int_0^1 x\\\\,dx$$ and $a_1\\*b_2\\*c$"),
        ("$5, *or* $6 and $7", "$5, *or* $6 and $7"),
        ("`$a$` $2\\, b$ \\$x", "`$a$` $2\\\\, b$ $x"),
        ("## Head {#id .x}\n\n## {#a} set\n\n[TOC]\n\nx", "## Head\n\n## {#a} set\n\nx"),
        ("```\n[TOC]\n> [!note] x\n# y {#z}\n```", "```\n[TOC]\n> [!note] x\n# y {#z}\n```"),
        ("Fog\n:   A *cloud*.\n:   It\n    hides.\n\nMist\n: thin", "Fog\n\nA *cloud*.\n\nIt hides.\n\nMist\n\nthin"),
        (":::note\nOne\n:::\n\n::: warning Wet *decks*\n- a\n:::", "**Note**\n\nOne\n\n**Wet *decks***\n\n- a"),
        ("::::{.row}\n::: {.col}\nA\n:::\n::::\n\n```\n:::\n```", "A\n\n```\n:::\n```"),
        ('!!! tip "Fog"\n    It is\n    thick.\n\n    - a\n\nAfter.', "**Fog**\n\nIt is thick.\n\n- a\n\nAfter."),
        ('??? note\n    One.\n!!! tip ""\n\tTwo.', "**Note**\n\nOne.\n\nTwo."),
        ("!!! Storm ahead\n!!! stay in", "!!! Storm ahead !!! stay in"),
        # -- shortcodes of Hugo, Jekyll, Quarto and GitBook
        ('{{< figure\n src="http://e.org/a.png" alt="Pier" caption="The pier" >}} b', "![Pier](http://e.org/a.png)\n\nThe pier b"),
        ("{{% note %}}\nMind.\n{{% /note %}}", "**Note**\n\nMind."),
        ('{% hint style="info" %}\nA\n{% endhint %}{{< tab "One" >}}b{{< /tab >}}', "**Info**\n\nA\n\n**One**\n\nb"),
        ("{% highlight python %}\n{{ x }}\n{% endhighlight %}", "```python\n{{ x }}\n```"),
        ("{% raw %}{{ x }}{% endraw %} {% comment %}no{% endcomment %}{{</* figure */>}}", "{{ x }} {{< figure >}}"),
        ("[About]({{ site.baseurl }}/about) [Post]({% post_url 2024-01-01-a %})", "About Post"),
        ('![a]({{ "http://e.org/a.png" | relative_url }})', "![a](http://e.org/a.png)"),
        ("{{< youtube abc >}} {% gist ann/1 %}", "[youtube: www.youtube.com](https://www.youtube.com/watch?v=abc)"
         " [gist: gist.github.com](https://gist.github.com/ann/1)"),
        ("`{{< note >}}` and {{ name }}, 5 {% off\n\n```\n{{< note >}}\n```",
         "`{{< note >}}` and {{ name }}, 5 {% off\n\n```\n{{< note >}}\n```"),
        ('::: {.callout-note}\nA\n:::\n::: {.callout-tip title="Fog"}\nB\n:::\n::: {.column}\nC\n:::',
         "**Note**\n\nA\n\n**Fog**\n\nB\n\nC"),
        ("Text\n{: .lead}", "Text"),
        ("~~~\n[[a]]\n```\n[^1]: x\n~~~\n[[b]]", "````\n[[a]]\n```\n[^1]: x\n````\n\nb"),
    ],
)  # fmt: skip
def test_dialects(markdown: str, text: str) -> None:
    assert parse_markdown_article(f"# T\n\n{markdown}")["text"] == text


def test_properties_of_logseq() -> None:
    text = "title:: The ferry\ntags:: sea, [[the north]]\nsource:: https://news.example/\n\n- It sails.\n"
    assert parse_markdown_article(text) == {
        "title": "The ferry",
        "tags": "sea, the north",
        "source": "https://news.example/",
        "text": "- It sails.",
    }


def test_authors_with_facts_of_their_own() -> None:
    fields = parse_markdown_article("---\nauthors: ['[[Ann]]', {name: Bo Fry, url: x}]\n---\nText.")
    assert fields["authors"] == ["Ann", {"name": "Bo Fry", "url": "x"}]


def test_front_matter_in_yaml() -> None:
    fields = parse_markdown_article(
        "---\r\ntitle: 'The ferry: back'\r\ntags: [sea, air]\r\ndate: 2029-03-03\r\n"
        "rating: 4\r\n---\r\n\r\nThe ferry\r\nis back.\r\n"
    )
    assert fields == {
        "title": "The ferry: back",
        "tags": ["sea", "air"],
        "date": "2029-03-03",
        "rating": 4,
        "text": "The ferry is back.",
    }


def test_front_matter_in_toml() -> None:
    fields = parse_markdown_article(
        '+++\ntitle = "The ferry"\ndate = 2029-03-03\nread = true\n+++\nThe ferry is back.\n'
    )
    assert fields["title"] == "The ferry"
    assert (fields["date"], fields["read"]) == (date(2029, 3, 3), True)
    found = build_article(fields, source="import", now=NOW)
    assert (found.article.date, found.reading.read) == ("2029-03-03", True)


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("title: 2026", "title", "2026"),
        ("title: 2026.10", "title", "2026.10"),
        ("title: 007", "title", "007"),
        ("title: 12:30", "title", "12:30"),
        ("title: No", "title", "No"),
        ("title: 2029-03-03", "title", "2029-03-03"),
        ("category: off", "category", "off"),
        ("tags: a, b", "tags", ("a", "b")),
        ("tags:\n- 2026\n- yes", "tags", ("2026", "yes")),
        ("date: 2029-03-03", "date", "2029-03-03"),
        ("date: 2029-03-03T04:05:06+02:00", "date", "2029-03-03T02:05:06Z"),
        ("date: 2029-02-31", "date", None),
        ("author: Holm, Ida", "authors", ("Holm, Ida",)),
        ("language: no", "language", "no"),
    ],
)
def test_yaml_does_not_change_values(line: str, field: str, value: Any) -> None:
    fields = parse_markdown_article(f"---\nurl: https://example.org/\n{line}\n---\nText.")
    assert getattr(build_article(fields, source="import", now=NOW).article, field) == value


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("x: 2029-03-03", "2029-03-03"),
        ("x: [1, 2.5, yes, null]", [1, 2.5, True, None]),
        ("x: {1: a}", {"1": "a"}),
        ("x: .nan", "nan"),
        ("x: &a [1]\ny: *a", [1]),
        ("x: 0x" + "F" * 5000, "…"),
        ("x: 2029-02-31", "2029-02-31"),
        ("x: !!bool maybe", "maybe"),
        ("x: !!int ''", ""),
        ("x: !!float '-'", "-"),
        ("x: !!timestamp soon", "soon"),
    ],
)
def test_other_fields_are_kept(line: str, kept: Any) -> None:
    fields = parse_markdown_article(f"---\ntitle: A\n{line}\n---\nText.")
    assert build_article(fields, source="import", now=NOW).article.extra["x"] == kept


@pytest.mark.parametrize("empty", ["title:", "title: ~", "title: null", "title: ''"])
def test_an_empty_title_is_no_title(empty: str) -> None:
    assert parse_markdown_article(f"---\n{empty}\n---\n# Heading\n\nText.")["title"] == "Heading"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("---\ntitle: a: b\n---\nText.", "front matter, line 2: mapping values"),
        ("---\n\n\ntags: [a\n---\nText.", "front matter, line 5: "),
        ("---\nx: !!python/object:os.system x\n---\n", "front matter, line 2: could not determine"),
        ("---\nx: \x07\n---\n", "front matter: "),
        ("+++\na = 1\nb = = 2\n+++\nText.", "front matter, line 3: Invalid value"),
        # PyYAML says so itself from 6.0.4 on.
        ("---\nx: " + "[" * 40_000 + "\n---\n", "nested too deeply|maximum nesting depth"),
        ("---\nx: " + "- " * 20_000 + "\n---\n", "front matter"),
        ("+++\nx = " + "[" * 40_000 + "\n+++\n", "nested too deeply"),
        ("+++\nx" + ".x" * 100_000 + " = 1\n+++\n", "front matter: a key has too many parts"),
        ("+++\nx" + ' . "x"' * 100_000 + " = 1\n+++\n", "a key has too many parts"),
        ("---\nx: &x [*x]\n---\n", "front matter, line 2: "),
        ("---\nx: &x " + "[*x, *x, *x, *x, *x, *x]\ny: &y [*x, *x, *x, *x, *x]\n---\n", "aliases"),
        ("---\nx: " + "a" * MAX_FRONT_MATTER_CHARS + "\n---\n", "larger than 1024 KB"),
    ],
)
def test_invalid_front_matter(text: str, message: str) -> None:
    """Cases 93, 104: invalid front matter or a bomb is one line, not an hour or a crash."""
    with pytest.raises(InvalidInput, match=message):
        parse_markdown_article(text)


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("---\nOnly one rule.", "Only one rule."),
        (
            "---\n\nA text between two rules.\n\n---\n\nMore.",
            "A text between two rules.\n\n* * *\n\nMore.",
        ),
        ("+++ no fence", "+++ no fence"),
    ],
)
def test_a_rule_is_not_front_matter(markdown: str, text: str) -> None:
    assert parse_markdown_article(markdown) == {"title": "", "text": text}


@pytest.mark.parametrize(
    ("head", "fields"),
    [
        ("Title: Fog\nDate: 2024-03-05\n", {"title": "Fog", "date": "2024-03-05"}),
        ("% Fog\n% Ann Moar; Bo Fry\n% March 5, 2024\n", {"title": "Fog", "authors": "Ann Moar; Bo Fry", "date": "March 5, 2024"}),
        ("% Fog\n", {"title": "Fog"}),
        ('+++\ntitle = "Fog"\n[taxonomies]\ntags = ["a"]\n+++\n', {"title": "Fog", "tags": ["a"]}),
    ],
)  # fmt: skip
def test_metadata_of_other_programs(head: str, fields: dict[str, Any]) -> None:
    assert parse_markdown_article(f"{head}\nText.") == {**fields, "text": "Text."}
    assert parse_markdown_article("Title: a play\n\nText.")["text"] == "Title: a play\n\nText."


def test_front_matter_alone() -> None:
    assert parse_markdown_article("---\ntitle: A\nurl: https://example.org\n---\n") == {
        "title": "A",
        "url": "https://example.org",
    }


@pytest.mark.parametrize(
    ("markdown", "title", "text"),
    [
        ("# The *big* [ferry](https://example.org)\n\nText.", "The big ferry", "Text."),
        ("Before.\n\n# The ferry #\n\nAfter.", "The ferry", "Before.\n\nAfter."),
        ("The ferry\n=========\n\nText.", "The ferry", "Text."),
        ("## Second\n\nText.", "", "## Second\n\nText."),
        ("```\n# comment\n```", "", "```\n# comment\n```"),
        ("---\ntitle: The ferry\n---\n# The ferry\n\nText.", "The ferry", "Text."),
        ("---\ntitle: A\n---\n# The ferry\n\nText.", "A", "## The ferry\n\nText."),
    ],
)
def test_the_first_heading_is_the_title(markdown: str, title: str, text: str) -> None:
    found = build_article(
        {**parse_markdown_article(markdown), "url": "https://example.org"}, source="", now=NOW
    )
    assert parse_markdown_article(markdown)["title"] == title
    assert found.body.text == text


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("One line\nof two.\n\nAnother.", "One line of two.\n\nAnother."),
        ("A break  \nis kept.", "A break\nis kept."),
        ("A break\\\nis kept.", "A break\nis kept."),
        ("今日は\n晴れ。", "今日は晴れ。"),
        ("**「霧」**の港、**강조(설명)**는 2*3", "「霧」の港、강조(설명)는 2\\*3"),
        ("- one\n- two\n  more\n\n3. a\n3. b", "- one\n- two more\n\n3. a\n4. b"),
        ("* a\n    * b", "- a\n  - b"),
        ("> a quote\n> of two", "> a quote of two"),
        ("```sh\na\n\n  b\n```", "```sh\na\n\n  b\n```"),
        ("    code\n    more", "```\ncode\nmore\n```"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "| a | b |\n| --- | --- |\n| 1 | 2 |"),
        ("## Head\ntext\nmore", "## Head\n\ntext more"),
        ("Head\n----\ntext", "## Head\n\ntext"),
        ("_em_ __b__ ***both*** ~~old~~", "*em* **b** ***both*** ~~old~~"),
        ("snake_case_name 2 * 3 * 4", "snake_case_name 2 * 3 * 4"),
        ("1\\* of AT&amp;T &copy; &lt;b&gt;", "1\\* of AT&T © \\<b>"),
        ("word[^1]\n\n[^1]: the note", "word\\[^1]\n\n\\[^1]: the note"),
        (
            "[a][ref] [b] [c][]\n\n[ref]: http://e.org/1\n[b]: http://e.org/2\n[c]: <http://e.org/3>",
            "[a](http://e.org/1) [b](http://e.org/2) [c](http://e.org/3)",
        ),
        (
            "[a]: https://example.org\n[b]: http://e.org",
            "[a](https://example.org)\n\n[b](http://e.org)",
        ),
        ("[x](b.md) <http://e.org/1>", "[x](https://a.example/b.md) http://e.org/1"),
        ('![Pier](http://e.org/p.png "title")', "![Pier](http://e.org/p.png)"),
        ("<div>\n\n*raw*\n\n</div>", "*raw*"),
        ("A List<String> of <name>.", "A List\\<String> of \\<name>."),
        ("`List<String>` and ``a`b``", "`List<String>` and ``a`b``"),
        ("<String>\n\ntext", "\\<String>\n\ntext"),
        ("> " * 60 + "deep", "> " * 8 + "deep"),
        ("2*3*4 a*b*c 2**3**4 x*2", "2\\*3\\*4 a\\*b\\*c 2\\*\\*3\\*\\*4 x\\*2"),
        ("*2* *a* **3** and *b*.", "*2* *a* **3** and *b*."),
        ("[a " * 20 + "]" * 20, "[a " * 20 + "]" * 20),
        ("[" * 20 + " [b](http://e.org)", "[" * 20 + " [b](http://e.org)"),
        (
            "[[![a [b]](http://e.org/p)](http://e.org)]",
            "[[![a \\[b\\]](http://e.org/p)](http://e.org)]",
        ),
    ],
)
def test_markdown_of_others_is_read(markdown: str, text: str) -> None:
    fields = parse_markdown_article(f"---\nurl: https://a.example/x\ntitle: A\n---\n{markdown}")
    assert build_article(fields, source="import", now=NOW).body.text == text
