"""The trail of articles visited."""

from __future__ import annotations

from tui.trail import Trail


def test_an_empty_trail_leads_nowhere() -> None:
    assert Trail().step(-1) is None
    assert Trail().step(1) is None


def test_back_and_forward() -> None:
    trail = Trail()
    for article in "abc":
        trail.visit(article)
    assert [trail.step(-1), trail.step(-1), trail.step(-1)] == ["b", "a", None]
    assert [trail.step(1), trail.step(1), trail.step(1)] == ["b", "c", None]


def test_going_on_forgets_what_lay_ahead() -> None:
    trail = Trail()
    for article in "abc":
        trail.visit(article)
    trail.step(-1)
    trail.visit("d")
    assert trail.articles == ["a", "b", "d"]
    assert trail.step(1) is None


def test_the_same_article_twice_is_one_visit() -> None:
    trail = Trail()
    trail.visit("a")
    trail.visit("a")
    assert trail.articles == ["a"]


def test_articles_that_are_gone_are_left_out() -> None:
    trail = Trail()
    for article in "abcd":
        trail.visit(article)
    trail.step(-1)
    trail.forget({"b", "c"})
    assert (trail.articles, trail.articles[trail.at]) == (["a", "d"], "a")
    assert (trail.step(-1), trail.step(1)) == (None, "d")
    trail.forget({"a"})
    assert (trail.articles, trail.at) == (["d"], 0)
    trail.forget({"d"})
    assert trail == Trail()
    trail.visit("e")
    assert trail.articles == ["e"]
