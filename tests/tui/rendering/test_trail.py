"""The trail of articles visited."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.rendering.trail import Trail, render_breadcrumbs


def article_ids(trail: Trail) -> list[str]:
    return [stop.article_id for stop in trail.stops]


def test_an_empty_trail_leads_nowhere() -> None:
    assert Trail().step(-1) is None
    assert Trail().step(1) is None


def test_back_and_forward() -> None:
    trail = Trail()
    for article in "abc":
        trail.visit(article)
    assert [trail.step(-1), trail.step(-1), trail.step(-1)] == ["b", "a", None]
    assert [trail.step(1), trail.step(1), trail.step(1)] == ["b", "c", None]


def test_visiting_drops_what_was_ahead() -> None:
    trail = Trail()
    for article in "abc":
        trail.visit(article)
    trail.step(-1)
    trail.visit("d")
    assert article_ids(trail) == ["a", "b", "d"]
    assert trail.step(1) is None


def test_the_same_article_twice_is_one_visit() -> None:
    trail = Trail()
    trail.visit("a")
    trail.visit("a")
    assert article_ids(trail) == ["a"]


def test_deleted_articles_are_removed() -> None:
    trail = Trail()
    for article in "abcd":
        trail.visit(article)
    trail.step(-1)
    trail.remove_articles({"b", "c"})
    assert (article_ids(trail), article_ids(trail)[trail.current_index]) == (["a", "d"], "a")
    assert (trail.step(-1), trail.step(1)) == (None, "d")
    trail.remove_articles({"a"})
    assert (article_ids(trail), trail.current_index) == (["d"], 0)
    trail.remove_articles({"d"})
    assert (trail, trail.current_stop) == (Trail(), None)
    trail.visit("e")
    assert article_ids(trail) == ["e"]


def test_positions_are_saved_for_the_current_article() -> None:
    trail = Trail()
    trail.visit("a", "Title a")
    trail.save_position("a", 7, "x")
    trail.visit("b")
    trail.save_position("a", 9, "y")
    trail.set_title("b", "Title b")
    assert trail.current_stop is not None
    assert (trail.current_stop.title, trail.current_stop.position) == ("Title b", None)
    trail.step(-1)
    assert (
        trail.current_stop.title,
        trail.current_stop.position,
        trail.current_stop.selected_id,
    ) == ("Title a", 7, "x")


def test_steps_stop_at_the_end_of_the_trail() -> None:
    trail = Trail()
    for article in "abcd":
        trail.visit(article)
    assert [trail.step(-2), trail.step(-9), trail.step(9), trail.step(2)] == ["b", "a", "d", None]


def test_breadcrumbs_are_shortened_from_both_ends() -> None:
    titles = ["Tide tables", "The harbour master", "A storm", "Calm again"]
    assert "".join(render_breadcrumbs(titles, 1, 80)) == (
        "Tide tables › ▸ The harbour master › A storm › Calm again"
    )
    assert render_breadcrumbs(titles, 2, 40) == ("… › The harbour master › ", "▸ A storm", " › …")
    assert render_breadcrumbs(titles, 3, 24) == ("… › ", "▸ Calm again", "")
    assert render_breadcrumbs(titles, 1, 9) == ("", "▸ The ha…", "")
    assert render_breadcrumbs(["One"], 0, 40) == ("", "▸ One", "")


@given(st.lists(st.text("aé中🎉 ", max_size=30), min_size=1, max_size=6), st.data())
def test_breadcrumbs_fit(titles: list[str], data: st.DataObject) -> None:
    """Case 55: at every width."""
    at, width = data.draw(st.integers(0, len(titles) - 1)), data.draw(st.integers(1, 120))
    assert cell_len("".join(render_breadcrumbs(titles, at, width))) <= width
