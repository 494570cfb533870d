"""The pane layout for a terminal's size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tui.config.commands import ALL_PANES, PANES, Pane
from tui.reader.screen.panes import MIN_TERMINAL_SIZE, choose_pane_layout

SIZES = some.integers(0, 300)


@pytest.mark.parametrize(
    ("columns", "rows", "shape", "panes"),
    [
        (39, 40, "tiny", ()),
        (200, 9, "tiny", ()),
        (40, 10, "narrow", ("list",)),
        (75, 24, "narrow", ("list",)),
        (76, 24, "stacked", ("list", "article")),
        (90, 24, "beside", ("list", "article")),
        (110, 24, "wide", PANES),
        (149, 24, "wide", PANES),
        (150, 24, "wide", ALL_PANES),
    ],
)
def test_the_layout_of_each_size(
    columns: int, rows: int, shape: str, panes: tuple[Pane, ...]
) -> None:
    """Case 124."""
    arrangement = choose_pane_layout(columns, rows, "list")
    assert (arrangement.kind, arrangement.visible_panes) == (shape, panes)


@pytest.mark.parametrize(
    ("columns", "side", "there"),
    [
        (120, None, True),
        (120, False, False),
        (120, True, True),
        (100, None, False),
        (100, True, False),
        (80, None, False),
        (80, True, False),
    ],
)
def test_the_side_pane_is_shown_if_wanted(columns: int, side: bool | None, there: bool) -> None:
    assert ("side" in choose_pane_layout(columns, 24, "list", side=side).visible_panes) is there


@pytest.mark.parametrize(
    ("pane", "listing", "panes"),
    [
        ("list", True, ("list",)),
        ("list", False, ("list", "article")),
        ("article", True, ("list", "article")),
        ("side", False, ("side",)),
    ],
)
@pytest.mark.parametrize("side", [None, True, False])
def test_a_stacked_list_fills_the_screen_until_an_article_is_open(
    pane: Pane, listing: bool, panes: tuple[Pane, ...], side: bool | None
) -> None:
    """And the side pane fills it while the user is there."""
    arrangement = choose_pane_layout(80, 24, pane, side=side, listing=listing)
    assert arrangement.visible_panes == panes
    assert arrangement.tab_order == PANES, "tab goes to the others all the same"
    assert len(choose_pane_layout(90, 24, pane, listing=True).visible_panes) == 2, (
        "beside it there is room"
    )


@pytest.mark.parametrize("columns", [90, 109])
@pytest.mark.parametrize("side", [None, True, False])
def test_the_side_pane_takes_the_place_of_a_list_beside_the_article(
    columns: int, side: bool | None
) -> None:
    """For all three there is no room: the article would be 24 columns wide."""
    arrangement = choose_pane_layout(columns, 24, "side", side=side)
    assert (arrangement.visible_panes, arrangement.tab_order) == (("article", "side"), PANES)
    assert choose_pane_layout(columns, 24, "article", side=side).visible_panes == PANES[:2]


@pytest.mark.parametrize(
    ("columns", "panes"),
    [(50, ("places",)), (80, ("places",)), (149, ("places",)), (150, ALL_PANES)],
)
def test_the_places_fill_a_screen_without_room_for_them(
    columns: int, panes: tuple[Pane, ...]
) -> None:
    arrangement = choose_pane_layout(columns, 24, "places")
    assert (arrangement.visible_panes, arrangement.tab_order) == (panes, ALL_PANES)


@given(
    SIZES,
    SIZES,
    some.sampled_from(ALL_PANES),
    some.booleans(),
    some.sampled_from([None, True, False]),
)
def test_any_size(columns: int, rows: int, pane: Pane, zoomed: bool, side: bool | None) -> None:
    """A pane is shown if there is room, each at most once and in the order of `tab`."""
    panes = choose_pane_layout(columns, rows, pane, zoomed=zoomed, side=side).visible_panes
    assert bool(panes) is (columns >= MIN_TERMINAL_SIZE[0] and rows >= MIN_TERMINAL_SIZE[1])
    assert list(panes) == [each for each in ALL_PANES if each in panes]
    if zoomed and pane != "places" and len(panes) > 1:
        raise AssertionError("zoomed means one pane")
