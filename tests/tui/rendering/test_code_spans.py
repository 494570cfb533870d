"""Highlighting of code: languages by their names alone, tokens as roles, limits of time."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tui.rendering import code_process
from tui.rendering.code_process import highlight_code
from tui.rendering.code_spans import CodeSpans, find_tokens
from tui.rendering.markdown import CodeBlock, find_code_blocks, parse_language
from tui.rendering.text_layout import TextLayout


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ("", ""),
        ("python", "python"),
        ("Python", "python"),
        ("c++", "c++"),
        ("{.rust}", "rust"),
        ("language-js", "js"),
        ("python title=x.py", "python"),
        ("rust,ignore", "rust"),
        ("text", ""),
        ("../../x", ""),
        ("<b>", ""),
        ("x" * 40, ""),
        ("это", ""),
    ],
)
def test_the_language_after_a_fence(info: str, language: str) -> None:
    assert parse_language(info) == language


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("no code", []),
        ("a\n```python\nx = 1\n\ny\n```\nb", [CodeBlock(12, "python", "x = 1\n\ny")]),
        ("~~~\nx\n~~~", [CodeBlock(4, "", "x")]),
        ("```sh\nnever closed", []),
        ("```a\n```\n```b\nz\n```", [CodeBlock(5, "a", ""), CodeBlock(14, "b", "z")]),
        ("```a\n~~~\n```\n~~~", [CodeBlock(5, "a", "~~~")]),
    ],
)
def test_code_blocks(text: str, blocks: list[CodeBlock]) -> None:
    assert list(find_code_blocks(text)) == blocks
    assert all(text[block.offset :].startswith(block.text) for block in blocks)


@pytest.mark.parametrize(
    ("language", "code", "tokens"),
    [
        (
            "python",
            'def f():\n    return "a"  # b',
            [
                ("def", "code-keyword"),
                ("f", "code-name"),
                ("return", "code-keyword"),
                ('"a"', "code-string"),
                ("# b", "code-comment"),
            ],
        ),
        ("python", "x = None or 4.5", [
            ("None", "code-number"), ("or", "code-keyword"), ("4.5", "code-number"),
        ]),
        ("json", '{"a": true}', [('"a"', "code-name"), ("true", "code-number")]),
        ("diff", "-old\n+new", [("-old", "code-deleted"), ("+new", "code-string")]),
        ("c", "#include <a.h>", [("#include", "code-keyword"), ("<a.h>", "code-comment")]),
        ("rust", "fn f() {}", [("fn", "code-keyword"), ("f", "code-name")]),
        ("python", "", []),
        ("no-such-language", "def f(): pass", []),
    ],
)  # fmt: skip
def test_tokens(language: str, code: str, tokens: list[tuple[str, str]]) -> None:
    found = find_tokens(language, code)
    assert [((code + "\n")[start:end], role) for start, end, role in found] == tokens
    assert all(a[1] <= b[0] for a, b in pairwise(found))


ARTICLE = 'See:\n\n```python\nname = "a long string of code"\n\n# end\n```\n\nAnd `x`.'


@pytest.mark.parametrize("width", [80, 24, 5])
def test_spans_lie_on_the_tokens_at_any_width(width: int) -> None:
    blocks = list(find_code_blocks(ARTICLE))
    spans = CodeSpans.join(
        (block.offset, find_tokens(block.language, block.text)) for block in blocks
    )
    shown: dict[str, str] = {"code-string": "", "code-comment": ""}
    for line in TextLayout(ARTICLE, width):
        for span in spans.line_spans(line) if line.is_code else []:
            assert line.prefix_length <= span.start < span.end <= len(line.text)
            shown[span.style] += line.text[span.start : span.end]
    assert shown == {"code-string": '"a long string of code"', "code-comment": "# end"}


def test_the_process_answers_for_every_block() -> None:
    text = "```sql\nSELECT 1\n```\n```nope\nSELECT\n```\n```python\nif x:\n```"
    spans = highlight_code(list(find_code_blocks(text)))
    assert [text[a:b] for a, b in zip(spans.starts, spans.ends, strict=True)] == [
        "SELECT", "1", "if",
    ]  # fmt: skip
    assert spans.roles == ("code-keyword", "code-number", "code-keyword")


HANGING_LEXER = (
    "from tui.rendering import code_process; "
    "find = code_process.find_tokens; "
    "code_process.find_tokens = lambda language, code: "
    "find(language, code) if code != 'hang' else list(iter(int, 1)); "
    "code_process.run_code_worker({seconds})"
)


def test_a_lexer_that_hangs_costs_the_colours_from_there_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(code_process, "CODE_WORKER_SCRIPT", HANGING_LEXER)
    blocks = [CodeBlock(3, "sql", "SELECT"), CodeBlock(20, "sql", "hang")]
    spans = highlight_code([*blocks, CodeBlock(30, "sql", "SELECT")], seconds=0.2)
    assert (spans.starts, spans.ends) == ((3,), (9,))


def test_a_lexer_that_fails_costs_its_own_block_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    failing = HANGING_LEXER.replace("list(iter(int, 1))", "1 / 0")
    monkeypatch.setattr(code_process, "CODE_WORKER_SCRIPT", failing)
    spans = highlight_code([CodeBlock(0, "sql", "hang"), CodeBlock(30, "sql", "SELECT")])
    assert (spans.starts, spans.ends) == ((30,), (36,))
