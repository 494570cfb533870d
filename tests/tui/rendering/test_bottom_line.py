"""The bottom line: messages beside the keys, shortened by what matters least."""

from __future__ import annotations

import pytest

from tui.rendering.bottom_line import (
    Notice,
    build_bottom_line,
    find_clicked_hint,
    fit_notice,
    shorten_path,
    shorten_paths,
)
from tui.rendering.cells import cell_width

HINTS = [
    ("enter", "open"), ("n", "next unread"), ("/", "search"), ("?", "help"), ("q", "quit"),
]  # fmt: skip
ALL_KEYS = "enter open  n next unread  / search  ? help  q quit"
STARRED = Notice("Starred", "done", "u to undo")
MARKED = Notice("Marked 12 articles as read", "done", "u to undo")
SAVED = Notice(
    "Not saved: already exists: /data/ada/news/2026/supreme-court.md", "failed", "e again"
)


def line(left: Notice | str, width: int) -> str:
    return "".join(text for text, _ in build_bottom_line(left, HINTS, width))


@pytest.mark.parametrize("width", [80, 50, 13])
@pytest.mark.parametrize("left", ["12/1,097", STARRED])
def test_the_key_at_a_cell(left: Notice | str, width: int) -> None:
    shown = line(left, width)
    for hint in HINTS:
        place = shown.find(" ".join(hint))
        cells = () if place < 0 else (place, place + cell_width(" ".join(hint)) - 1)
        assert all(find_clicked_hint(left, HINTS, width, x) == hint for x in cells)
    assert find_clicked_hint(left, HINTS, width, 3) is None
    assert find_clicked_hint(left, HINTS, width, width - 1) is None


@pytest.mark.parametrize(
    ("left", "width", "start", "keys"),
    [
        ("12/1,097", 80, " 12/1,097", ALL_KEYS),
        ("12/1,097", 50, " 12/1,097", "enter open  ? help  q quit"),
        ("12/1,097", 40, " 12/1,097", "enter open  ? help  q quit"),
        (STARRED, 80, "✓ Starred · u to undo", ALL_KEYS),
        (STARRED, 50, "✓ Starred · u to undo", "enter open  ? help  q quit"),
        (STARRED, 40, "✓ Starred · u to undo", "? help  q quit"),
        (MARKED, 80, "✓ Marked 12 articles as read · u to undo", "enter open  ? help  q quit"),
        (MARKED, 50, "✓ Marked 12 articles as read", "? help  q quit"),
        (MARKED, 40, "✓ Marked 12 articles a…", "? help  q quit"),
        (
            SAVED,
            80,
            "! Not saved: already exists: /…/2026/supreme-court.md · e again",
            "? help  q quit",
        ),
        (
            Notice("No space left on the disk", "failed", "e again", "! more"),
            40,
            "! No space le… · ! more",
            "? help  q quit",
        ),
        (Notice("j is not bound here"), 80, " j is not bound here", ALL_KEYS),
        ("", 14, "", ""),
        ("1/27", 10, " 1/27", ""),
    ],
)
def test_a_message_never_hides_the_last_keys(
    left: Notice | str, width: int, start: str, keys: str
) -> None:
    gap = width - cell_width(start) - cell_width(keys) - 1
    assert line(left, width) == f"{start}{' ' * gap}{keys} "


@pytest.mark.parametrize("name", ["", "Tide", "A journal of comparative regional hydrology"])
@pytest.mark.parametrize("width", [40, 80, 120])
def test_what_changes_often_moves_no_key(width: int, name: str) -> None:
    state = "1/1,097 · fetching 4 of 13"
    pieces = build_bottom_line(state, HINTS, width, name)
    assert pieces[1:] == build_bottom_line(state, HINTS, width)[1:]
    assert pieces[0][0].startswith(f" {state}"[: width - 20])
    assert (name[:4] in pieces[0][0]) == (width > 40 or not name)


@pytest.mark.parametrize("left", ["深海の謎の音", STARRED, MARKED, SAVED, "A" * 99], ids=str)
def test_the_line_fills_every_width(left: Notice | str) -> None:
    for width in range(1, 251):
        assert cell_width(line(left, width)) == width


@pytest.mark.parametrize(
    ("kind", "sign", "role"),
    [("info", " ", "accent"), ("done", "✓ ", "accent"), ("failed", "! ", "warning")],
)
def test_the_kind_of_a_message_is_a_sign_too(kind: str, sign: str, role: str) -> None:
    text, style = build_bottom_line(Notice("x", kind), HINTS, 80)[0]  # type: ignore[arg-type]
    assert (text.rstrip(), style) == (f"{sign}x", role)


def test_keys_stand_out_from_their_labels() -> None:
    pieces = build_bottom_line("", HINTS[-2:], 40)[1:]
    assert pieces == [
        ("?", "accent"), (" help", "muted"), ("  q", "accent"), (" quit", "muted"), (" ", "muted"),
    ]  # fmt: skip


def test_keys_typed_so_far_have_no_label() -> None:
    assert "".join(text for text, _ in build_bottom_line("1/2", [("12g", "")], 20)) == (
        " 1/2            12g "
    )


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (99, "Not saved: already exists: /data/ada/news/2026/supreme-court.md · e again"),
        (66, "Not saved: already exists: /…/news/2026/supreme-court.md · e again"),
        (50, "Not saved: already exists: /…/suprem….md · e again"),
        (40, "Not saved: already exists: /…/suprem….md"),
        (30, "Not saved: already exists: /……"),
        (3, "No…"),
        (0, ""),
    ],
)
def test_the_reason_outlasts_path_and_hint(width: int, expected: str) -> None:
    assert fit_notice(SAVED, width) == expected
    assert cell_width(expected) <= width


@pytest.mark.parametrize(
    ("text", "excess", "expected"),
    [
        ("Exported to ~/news/2026/tide-tables.md", 8, "Exported to ~/…/tide-tables.md"),
        ("https://x.example/a/b/c: 404 Not Found", 8, "x.example/a/b/c: 404 Not Found"),
        ("https://x.example/a/b/c: 404 Not Found", 10, "x.example/…/c: 404 Not Found"),
        ("read and/or write", 3, "read and/or write"),
        ("No path here", 5, "No path here"),
        ("/tmp/a is short", 5, "/tmp/a is short"),
    ],
)
def test_only_paths_and_urls_are_shortened(text: str, excess: int, expected: str) -> None:
    assert shorten_paths(text, excess) == expected


@pytest.mark.parametrize(
    ("path", "width", "expected"),
    [
        ("/data/ada/news.md", 17, "/data/ada/news.md"),
        ("/data/ada/news.md", 16, "/data/…/news.md"),
        ("/data/ada/news.md", 12, "/…/news.md"),
        ("/data/ada/news.md", 9, "…/news.md"),
        ("/data/ada/news.md", 8, "/da…s.md"),
        ("Notes/Technology and Science/JSON Diary", 30, "Notes/…/JSON Diary"),
        ("Technology and Science/JSON Diary", 30, "Technology… Science/JSON Diary"),
        ("host.example/a/b/c/d", 18, "host.example/…/c/d"),
        ("host.example/a/", 14, "host.…ample/a/"),
        ("/data/extremely-long-name", 12, "/…/extremel…"),
        ("~/2026-11-28-supreme-court.md", 20, "…/2026-11-28-sup….md"),
        ("/2026-11-28-supreme-court.md", 20, "/2026-11-28-supr….md"),
        ("2026-11-28-supreme-court.md", 20, "2026-11-28-supre….md"),
        ("Notes/The Kastelburg Mercury and Observer", 26, "…/The Kastelburg Mercury …"),
        ("Notes/Old/The Kastelburg Mercury and Observer", 26, "Notes/…/The Kastelburg Me…"),
        ("host.example/find/pages?q=with+many+words", 40, "host.example/…/pages?q=with+many+words"),
        ("host.example/find/pages?q=with+many+words/", 36, "…/find/pages?q=with+many+words/"),
        ("The Kastelburg Mercury and Observer", 26, "The Kastelburg Mercury an…"),
        ("extremely-long-host.example/x", 16, "extre….example/x"),
        ("/data/深海の謎の音/港.md", 16, "/data/…/港.md"),
    ],
)
def test_a_path_is_shortened_in_the_middle(path: str, width: int, expected: str) -> None:
    assert shorten_path(path, width) == expected
