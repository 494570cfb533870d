"""Newsboat's `urls`: feeds, tags, and query feeds as saved searches."""

from __future__ import annotations

import pytest

from store.feeds.newsboat import parse_newsboat_urls, translate_filter
from store.model.errors import InvalidInput
from store.search.language import parse_query


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("https://a.example/f", ("", "", ())),
        ("https://ann:secret@a.example/f", ("", "", ())),
        ('https://a.example/f "~The \\"T\\""', ('The "T"', "", ())),
        ('https://a.example/f "Ann\'s" "two words" tech', ("", "Ann's", ("two words", "tech"))),
        ("https://a.example/f ! !hidden sea # a note", ("", "sea", ())),
        ("https://a.example/f#part sea", ("", "sea", ())),
        ("https://a.example/f | The T", ("The T", "", ())),
    ],
)
def test_a_line_of_newsboat(line: str, expected: tuple[str, str, tuple[str, ...]]) -> None:
    (feed,) = parse_newsboat_urls(line).subscriptions
    assert (feed.title, feed.category, feed.tags) == expected


def test_other_lines_of_newsboat_are_reported_once_without_their_contents() -> None:
    found = parse_newsboat_urls(
        'https://a.example/f\nexec:curl -u ann:secret x\n"exec:b"\n'
        'filter:f:https://ann:secret@b.example/\n"query:New:flags # \\"ed\\""\n'
    )
    assert [(each.location, each.reason) for each in found.subscriptions.rejected] == [
        ("lines 2, 3", "exec: is not supported"),
        ("line 4", "filter: is not supported"),
        ("line 5", "query: “flags #” cannot be translated"),
    ]


@pytest.mark.parametrize(
    ("expression", "query"),
    [
        ('unread = "yes"', "is:unread"),
        ('flags =~ "e"', 'tag:"flag-e"'),
        ('flags # "e"', 'tag:"flag-e"'),
        ('unread == "no"', "is:read"),
        ('unread != "yes"', "-is:unread"),
        ("age < 7", "newer:7d"),
        ("age <= 7", "newer:8d"),
        ("age > 30", "older:31d"),
        ("age >= 30", "older:30d"),
        ("age between 0:10", "newer:11d"),
        ("age between 3:10", "older:3d newer:11d"),
        ('age < "7"', "newer:7d"),
        ('title =~ "ferry"', "title:ferry"),
        ('title = "The ferry"', 'title:"The ferry"'),
        ('title =~ "(ferry|quay wall)"', '(title:ferry or title:"quay wall")'),
        ('title !~ "ferry|quay"', "-(title:ferry or title:quay)"),
        ('content =~ "fog"', "text:fog"),
        ('title =~ "[Ff]og.*"', "title:Fog"),
        ('title =~ ".*C\\\\+\\\\+.*"', 'title:"C++"'),
        ('title =~ "\\\\bfog\\\\b"', "title:fog"),
        ('link =~ "a.example"', 'url:"a.example"'),
        ('author = "Ann Moar"', 'author:"Ann Moar"'),
        ('feedtitle !~ "Harbour"', "-feed:Harbour"),
        ('tags # "sea"', "(category:sea or tag:sea)"),
        ('tags !# "my sea"', '-(category:"my sea" or tag:"my sea")'),
        ('unread = "yes" and age < 2', "is:unread newer:2d"),
        ('unread="yes"or age<2', "is:unread or newer:2d"),
        (
            '(unread = "yes" and tags # "sea") or title =~ "fog"',
            "is:unread (category:sea or tag:sea) or title:fog",
        ),
        (
            'unread = "yes" and (age < 2 or title =~ "fog")',
            "is:unread (newer:2d or title:fog)",
        ),
        ('((unread = "yes"))', "is:unread"),
    ],
)
def test_a_filter_is_translated(expression: str, query: str) -> None:
    assert translate_filter(expression) == query
    parse_query(query, 0)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ('flags # "xy"', "“flags #” cannot be translated"),
        ('enclosure_type =~ "audio"', "“enclosure_type =~” cannot be translated"),
        ('title =~ "^A.*b$"', "“title =~” cannot be translated"),
        ("age = 3", "“age ==” cannot be translated"),
        ("age between 9:3", "“age between” cannot be translated"),
        ('title < "a"', "“title <” cannot be translated"),
        ('unread = "maybe"', "“unread ==” cannot be translated"),
        ('title =~ "a', "not a filter"),
        ("title", "not a filter"),
        ('(unread = "yes"', "not a filter"),
        ('unread = "yes")', "not a filter"),
        ('unread = "yes" age < 3', "not a filter"),
        ("", "not a filter"),
        ("(" * 900, "nested too deeply"),
    ],
)
def test_a_filter_that_queries_cannot_say(expression: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        translate_filter(expression)


def test_query_feeds_become_searches() -> None:
    found = parse_newsboat_urls(
        '"query:To read:unread = \\"yes\\" and age < 7"\n'
        '"query:Audio:enclosure_type =~ \\"audio\\""\n'
        '"query:Video:enclosure_type =~ \\"video\\""\n'
        "query:Empty\n"
    )
    assert found.searches == {"To read": "is:unread newer:7d"}
    assert [(each.location, each.reason) for each in found.subscriptions.rejected] == [
        ("lines 2, 3", "query: “enclosure_type =~” cannot be translated"),
        ("line 4", "query: expected query:NAME:FILTER"),
    ]
