"""The front page in words: headings, facts and reasons, and the whole as plain text or Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo

from store.library.front_page import FrontPage, FrontPageStory, SectionKind
from store.library.interest import Reason
from tui.rendering.cells import wrap_text
from tui.rendering.wording import (
    format_count,
    format_day,
    format_duration,
    format_markdown_link,
    join_nonempty,
)

SECTION_HEADINGS: Mapping[SectionKind, str] = {
    "continued": "Goes on",
    "new": "New",
    "rare": "Rare feeds",
    "rest": "The rest",
}
FRONT_PAGE_TITLE = "Front page"
NOT_GROUPED = "no search index: articles are not gathered into stories"
MAX_NAMED_SOURCES = 3
INDENT = "    "


def describe_since(page: FrontPage, now: int, zone: tzinfo | None = None) -> str:
    """Return since when a front page is: `since today 08:20`, `since Nov. 27 22:10`, `all unread`."""
    if not page.since:
        return "all unread"
    since, today = (datetime.fromtimestamp(each, zone) for each in (page.since, now))
    if since.date() == today.date():
        return f"since today {since:%H:%M}"
    year = "" if since.year == today.year else f", {since.year}"
    return f"since {format_day(since)}{year} {since:%H:%M}"


def describe_extent(page: FrontPage) -> str:
    """Return how much is on a front page: `9 stories · 18 of 20 min`; empty without stories."""
    stories = page.stories
    if not stories:
        return ""
    return join_nonempty((format_count(len(stories), "story"), describe_minutes(page)))


def describe_minutes(page: FrontPage) -> str:
    """Return how long it takes to read a front page: `18 of 20 min`; empty without stories."""
    minutes = sum(story.minutes for story in page.stories)
    return f"{minutes:,} of {page.minutes:,} min" if page.stories else ""


def describe_left_out(page: FrontPage) -> str:
    """Return how much did not fit: `312 more unread articles`; empty if all did."""
    return f"{format_count(page.left_out, 'more unread article')}" if page.left_out else ""


def describe_nothing(page: FrontPage, now: int, zone: tzinfo | None = None) -> str:
    """Return why a front page is empty."""
    return f"Nothing new {describe_since(page, now, zone)}" if page.since else "Nothing unread"


def describe_sources(story: FrontPageStory) -> str:
    """Return the sources of a story, at most three by name: `Gazette, BBC, Tribune +2`."""
    named = story.sources[:MAX_NAMED_SOURCES]
    more = len(story.sources) - len(named)
    return f"{', '.join(named)}{f' +{more:,}' if more else ''}"


def describe_story(story: FrontPageStory) -> str:
    """Return sources, number of articles and minutes: `Gazette, BBC · 3 articles · 4 min`."""
    return join_nonempty((describe_sources(story), describe_length(story)))


def describe_length(story: FrontPageStory) -> str:
    """Return the number of articles, if there are several, and the minutes: `3 articles · 4 min`."""
    number = len(story.unread)
    articles = format_count(number, "article") if number > 1 else ""
    return join_nonempty((articles, format_duration(story.minutes)))


def describe_reasons(reasons: Sequence[Reason]) -> str:
    """Return why a story is where it is: `ranked higher: apple, 3 articles · ranked lower: football`."""
    groups = (
        ("ranked higher", [each for each in reasons if each.weight > 0]),
        ("ranked lower", [each for each in reasons if each.weight < 0]),
    )
    return join_nonempty(
        f"{label}: {', '.join(map(_name_reason, found))}" if found else ""
        for label, found in groups
    )


def _name_reason(reason: Reason) -> str:
    if reason.kind == "size":
        return f"{reason.name} articles"
    if reason.kind == "rarity":
        return "a rare feed"
    return f"by {reason.name}" if reason.kind == "author" else reason.name


def front_page_lines(
    page: FrontPage, now: int, width: int, *, reasons: bool, zone: tzinfo | None = None
) -> Iterator[str]:
    """Yield a front page as plain text, stories numbered from 1.

    Args:
        page: The page.
        now: Seconds since 1970.
        width: The most characters of a line.
        reasons: Whether to say why each story is where it is.
        zone: The reader's time zone; the system's if it is None.
    """
    if not page.stories:
        yield describe_nothing(page, now, zone)
        return
    since = describe_since(page, now, zone)
    yield join_nonempty((f"{since[0].upper()}{since[1:]}", describe_extent(page)))
    numbers = {story.lead.id: number for number, story in enumerate(page.stories, 1)}
    for section in page.sections:
        yield ""
        yield SECTION_HEADINGS[section.kind].upper()
        for story in section.stories:
            lead = f"{numbers[story.lead.id]:>2}. "
            why = describe_reasons(story.reasons) if reasons else ""
            yield from _indent(story.lead.title, width, lead)
            for text in filter(None, (describe_story(story), story.sentence, why)):
                yield from _indent(text, width)
    if left_out := describe_left_out(page):
        yield ""
        yield left_out


def _indent(text: str, width: int, first: str = INDENT) -> Iterator[str]:
    for number, line in enumerate(wrap_text(text, max(1, width - len(INDENT)))):
        yield f"{INDENT if number else first}{line}"


def front_page_markdown(
    page: FrontPage,
    urls: Mapping[str, str],
    now: int,
    *,
    reasons: bool,
    zone: tzinfo | None = None,
) -> Iterator[str]:
    """Yield a front page as lines of Markdown; `urls` are those of articles, by id."""
    yield f"# {FRONT_PAGE_TITLE}"
    yield ""
    if not page.stories:
        yield describe_nothing(page, now, zone)
        return
    since = describe_since(page, now, zone)
    yield join_nonempty((f"{since[0].upper()}{since[1:]}", describe_extent(page)))
    for section in page.sections:
        yield ""
        yield f"## {SECTION_HEADINGS[section.kind]}"
        yield ""
        for story in section.stories:
            title, url = story.lead.title, urls.get(story.lead.id, "")
            name = format_markdown_link(title, url) if url else _escape(title)
            yield f"- {name} · {_escape(describe_story(story))}"
            why = describe_reasons(story.reasons) if reasons else ""
            for text in filter(None, (story.sentence, why)):
                yield f"\n  {_escape(text)}"
    if left_out := describe_left_out(page):
        yield ""
        yield left_out


def _escape(text: str) -> str:
    """Return a text whose signs are no markup."""
    return "".join(f"\\{char}" if char in "\\`*_[]<>#" else char for char in text)
