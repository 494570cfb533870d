"""The JSON that commands print, field by field: `newstui schema`, templates and docs/commands.md.

A field that is removed or changes its meaning raises the version of its output; a new field does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

Field = Mapping[str, Any]
"""A JSON Schema with a description."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Output(NamedTuple):
    """The JSON that a command prints."""

    title: str
    fields: Mapping[str, Field]
    is_list: bool = False
    """True if it is one object a line (JSON Lines)."""
    version: int = 1


def make_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of an output; for a list, of each line."""
    output = OUTPUTS[name]
    return {
        "$schema": DIALECT,
        "$id": f"urn:newstui:{name}:{output.version}",
        "title": output.title,
        "description": "One object a line." if output.is_list else "One object.",
        **_object(output.fields),
    }


def _object(fields: Mapping[str, Field]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(fields), "required": list(fields)}


def _field(type_: str | list[str], description: str, **more: Any) -> Field:
    return {"type": type_, "description": description, **more}


def _text(description: str, **more: Any) -> Field:
    return _field("string", description, **more)


def _number(description: str) -> Field:
    return _field("integer", description)


def _decimal(description: str) -> Field:
    return _field("number", description)


def _flag(description: str) -> Field:
    return _field("boolean", description)


def _texts(description: str) -> Field:
    return _field("array", description, items={"type": "string"})


def _objects(description: str, fields: Mapping[str, Field]) -> Field:
    return _field("array", description, items=_object(fields))


def _optional(field: Field) -> Field:
    return {**field, "type": [field["type"], "null"]}


_ID = _text("id of the article")
_TITLE = _text("title of the article")
_CATEGORY = _text("category of the article; empty if it has none")
_DATE = _optional(_text("date of publication, `YYYY-MM-DD` or UTC `YYYY-MM-DDTHH:MM:SSZ`"))
_PROBLEMS = _texts("what was wrong, in words")
_ADDED = _number("new articles")
_KNOWN = _number("articles that were there already")
_REFUSED = _number("items that were skipped")

ARTICLE_FIELDS: Mapping[str, Field] = {
    "id": _ID,
    "title": _TITLE,
    "category": _CATEGORY,
    "url": _text("URL; empty if it has none"),
    "authors": _texts("authors"),
    "tags": _texts("tags"),
    "date": _DATE,
    "created": _optional(_text("UTC time when it was added to the library")),
    "updated": _optional(_text("UTC time when it last changed")),
    "words": _number("words of the text"),
    "language": _text("language as ISO 639-1 code; empty if unknown"),
    "source": _text("`import`, `feed`, `page` or `sample`"),
    "extra": _field("object", "fields of an import that newstui does not have"),
    "read": _flag("whether it is read"),
    "starred": _flag("whether it is starred"),
    "read_count": _number("how often it was marked as read"),
    "last_opened": _optional(_text("UTC time when it was last opened")),
    "last_read": _optional(_text("UTC time when it was last marked as read")),
    "position": _number("where reading stopped: offset into the text, in characters"),
    "minutes": _number("reading time at 230 words a minute"),
}
_SIMILAR_FIELDS: Mapping[str, Field] = {
    "id": _optional(_text("id of the similar article; null if it is not in the library")),
    "title": _TITLE,
    "category": _CATEGORY,
    "date": _DATE,
    "score": _decimal("similarity, for the order"),
    "terms": _texts("keywords in common, strongest first"),
    "origin": _text("`import` if it was imported with the article, else `index`"),
    "copies": _number("number of its duplicates, which are not listed"),
    "language": _text("its language, if it is another one than the article's; else empty"),
}
FULL_ARTICLE_FIELDS: Mapping[str, Field] = {
    **ARTICLE_FIELDS,
    "text": _text("paragraphs separated by empty lines"),
    "summary": _text("summary; empty if there is none"),
    "summary_origin": _optional(_text("`import`, `extract` or `command`")),
    "summary_complete": _flag("false if the source truncated the summary"),
    "similar": _objects("up to five similar articles", _SIMILAR_FIELDS),
}
_READING_FIELDS: Mapping[str, Field] = {
    "date": _text("the day, or the Monday of the week"),
    "read": _number("articles marked as read"),
    "words": _number("words of these articles"),
    "minutes": _number("minutes at your speed"),
}
_SHARE_FIELDS: Mapping[str, Field] = {
    "name": _text("name; empty for articles of no feed"),
    "articles": _number("articles"),
    "read": _number("articles that are read"),
}
_STORY_FIELDS: Mapping[str, Field] = {
    "id": _text("id of its newest unread article"),
    "title": _text("title of that article"),
    "url": _text("URL of that article"),
    "sources": _texts("sources of all its unread articles"),
    "minutes": _number("reading time"),
    "sentence": _text("the sentence that is new"),
    "sentence_from": _optional(_text("id of the article of that sentence")),
    "unread": _texts("ids of its unread articles"),
    "read": _texts("ids of its read articles"),
    "why": _text("why the story is where it is, in words"),
}

_CHANGE_FIELDS: Mapping[str, Field] = {
    "event": _text(
        "`read`, `unread`, `starred`, `unstarred`, `tagged`, `untagged`, `edited`, `deleted`"
    ),
    "articles": _texts("ids of the articles that changed"),
}
_COPY_FIELDS: Mapping[str, Field] = {
    "articles": _number("articles copied"),
    "known": _KNOWN,
    "events": _number("reading events copied"),
    "feeds": _number("feeds copied"),
    "searches": _number("saved searches copied"),
    "refused": _REFUSED,
}
_GROUP_FIELDS: Mapping[str, Field] = {
    "name": _text("name"),
    "articles": _number("articles"),
    "unread": _number("unread articles"),
}

_ARGUMENT_FIELDS: Mapping[str, Field] = {
    "name": _text("the option, or the name of the positional argument"),
    "names": _texts("all names of the option; empty for a positional argument"),
    "value": _optional(_text("name of its value; null for a flag")),
    "help": _text("what it does"),
    "choices": _optional(_texts("the valid values; null for any")),
    "default": {"type": ["string", "integer", "null"], "description": "default; null if none"},
    "required": _flag("whether it has to be given"),
    "repeats": _flag("whether it may be given more than once"),
}
_EXAMPLE_FIELDS: Mapping[str, Field] = {
    "command": _text("the command line"),
    "help": _text("what it does"),
}
_COMMAND_FIELDS: Mapping[str, Field] = {
    "name": _text("name"),
    "group": _text("what it is for: its heading in `newstui --help`"),
    "help": _text("one line"),
    "description": _text("more; may be empty"),
    "usage": _text("usage"),
    "arguments": _objects("options and positional arguments", _ARGUMENT_FIELDS),
    "exclusive": _field(
        "array",
        "arguments of which only one may be given",
        items={"type": "array", "items": {"type": "string"}},
    ),
    "needs": _texts("what else has to be given, in words"),
    "examples": _objects("examples", _EXAMPLE_FIELDS),
    "output": _optional(_text("name for `newstui schema`; null if it prints no JSON")),
}

OUTPUTS: Mapping[str, Output] = {
    "add": Output(
        "What was added",
        {
            "added": _ADDED,
            "feeds": _number("new feeds"),
            "failed": _number("URLs that failed"),
        },
    ),
    "backup": Output(
        "A backup",
        {
            "file": _text("the zip file"),
            "bytes": _number("its size"),
            "articles": _number("articles in it"),
            "events": _number("reading events in it"),
            "problems": _PROBLEMS,
        },
    ),
    "backup-auto": Output(
        "The backup of the day (`newstui backup --auto`)",
        {
            "file": _optional(_text("the zip file; null if nothing had changed")),
            "problems": _PROBLEMS,
        },
    ),
    "brief": Output(
        "The front page",
        {
            "since": _optional(_text("end of the last visit; null if everything unread is meant")),
            "minutes": _number("the minutes asked for"),
            "sections": _objects(
                "the sections of the page",
                {
                    "name": _text("heading of the section"),
                    "stories": _objects("its stories", _STORY_FIELDS),
                },
            ),
            "left_out": _number("unread articles that did not fit"),
        },
    ),
    "categories": Output("A category", _GROUP_FIELDS, is_list=True),
    "compact": Output(
        "What was purged",
        {
            "texts": _number("texts removed"),
            "events": _number("events removed"),
            "damaged": _number("damaged lines moved away"),
            "before": _number("bytes of the rewritten files before"),
            "after": _number("and after"),
            "problems": _PROBLEMS,
        },
    ),
    "copy": Output("What was copied", _COPY_FIELDS),
    "delete": Output("A change", _CHANGE_FIELDS, is_list=True),
    "doctor": Output(
        "What was found",
        {
            "facts": _field(
                "object",
                "folders, versions and counts by name",
                additionalProperties={"type": "string"},
            ),
            "problems": _PROBLEMS,
            "repaired": _texts("what was repaired"),
            "copies": _texts("sync-conflict copies"),
        },
    ),
    "edit": Output(
        "A change; also `tag`, or `to` with the new values", _CHANGE_FIELDS, is_list=True
    ),
    "feeds": Output(
        "A feed",
        {
            "url": _text("URL of the feed, without user name and password"),
            "title": _text("name"),
            "category": _text("category; empty if it has none"),
            "site": _text("URL of the site"),
            "paused": _flag("whether it is not fetched"),
            "whole_page": _flag("whether the text is taken from the page"),
            "interval_minutes": _number("minutes between two fetches; 0 for no limit"),
            "last_success": _optional(_text("UTC time of the last fetch that succeeded")),
            "last_try": _optional(_text("UTC time of the last fetch")),
            "error": _text("why the last fetch failed; empty if it did not"),
            "not_before": _optional(_text("UTC time before which the server wants no fetch")),
            "articles": _number("articles in the library"),
            "unread": _number("unread articles"),
            "share_read": _decimal("share of the articles read, from 0 to 1"),
        },
        is_list=True,
    ),
    "fetch": Output(
        "What was fetched",
        {
            "feeds": _number("feeds fetched"),
            "failed": _number("feeds that failed"),
            "added": _ADDED,
        },
    ),
    "import": Output("What was imported", {"added": _ADDED, "known": _KNOWN, "refused": _REFUSED}),
    "keys": Output(
        "A command of the reader",
        {
            "id": _text("name of the command"),
            "keys": _texts("its keys"),
            "help": _text("what it does"),
            "places": _texts("panes and dialogs in which it is available"),
        },
        is_list=True,
    ),
    "links": Output(
        "A link",
        {
            "number": _number("its number in the text, from 1"),
            "url": _text("URL"),
            "id": _optional(
                _text("id of the article that it leads to; null if the library has none")
            ),
        },
        is_list=True,
    ),
    "list": Output("An article", ARTICLE_FIELDS, is_list=True),
    "mark": Output("A change", _CHANGE_FIELDS, is_list=True),
    "move-in": Output(
        "What was taken",
        {
            "feeds": _number("new feeds"),
            "searches": _number("new saved searches"),
            "added": _ADDED,
            "known": _KNOWN,
            "refused": _REFUSED,
        },
    ),
    "passages": Output(
        "A paragraph",
        {
            "id": _ID,
            "title": _TITLE,
            "category": _CATEGORY,
            "date": _DATE,
            "paragraph": _number("its number in the article, from 1"),
            "position": _number("its offset into the text of the article, in characters"),
            "text": _text("the paragraph"),
            "score": _decimal("how well it answers, for the order"),
            "read": _flag("whether the article is read, or reading stopped below the paragraph"),
        },
        is_list=True,
    ),
    "read": Output("A whole article", FULL_ARTICLE_FIELDS),
    "restore": Output(
        "What was restored",
        {
            "library": _text("folder of the library"),
            "articles": _number("articles in it"),
            "events": _number("reading events in it"),
            "added": _number("files written"),
            "there": _number("files that were there already"),
            "refused": _number("files that differ and were skipped"),
        },
    ),
    "schema": Output(
        "An output",
        {
            "name": _text("name for `newstui schema`"),
            "title": _text("what it is"),
            "is_list": _flag("whether it is one object a line"),
            "version": _number("version of its fields"),
            "fields": _texts("its fields"),
        },
        is_list=True,
    ),
    "search": Output(
        "An article that was found",
        {**ARTICLE_FIELDS, "line": _text("the snippet")},
        is_list=True,
    ),
    "searches": Output(
        "A saved search",
        {
            "name": _text("name"),
            "query": _text("query"),
            "source": _text("`library` or `settings.toml`"),
        },
        is_list=True,
    ),
    "settings": Output(
        "A setting",
        {
            "name": _text("name"),
            "value": {"description": "its value"},
            "default": {"description": "its default"},
            "source": _text("`default`, or the file, variable or option that sets it"),
            "must_be": _text("what the value has to be"),
            "help": _text("what it does"),
        },
        is_list=True,
    ),
    "share": Output(
        "An account that sees a shared folder",
        {
            "folder": _text("the category"),
            "account": _text("the account"),
            "may_write": _flag("whether it may add articles"),
        },
        is_list=True,
    ),
    "show": Output("A whole article", FULL_ARTICLE_FIELDS),
    "similar": Output("A similar article", _SIMILAR_FIELDS, is_list=True),
    "spec": Output(
        "The command line (`newstui --spec`)",
        {
            "spec": _number("version of this output"),
            "name": _text("`newstui`"),
            "version": _text("version of newstui"),
            "help": _text("what newstui is"),
            "documentation": _text("address of the documentation"),
            "exit_codes": _objects(
                "exit codes", {"code": _number("code"), "help": _text("meaning")}
            ),
            "arguments": _objects("options before a command", _ARGUMENT_FIELDS),
            "examples": _objects("examples", _EXAMPLE_FIELDS),
            "commands": _objects("the commands", _COMMAND_FIELDS),
        },
    ),
    "stats": Output(
        "Reading statistics",
        {
            "articles": _number("articles"),
            "read": _number("read articles"),
            "unread": _number("unread articles"),
            "starred": _number("starred articles"),
            "share_read": _decimal("share of the articles read, from 0 to 1"),
            "readings": _number("all readings ever"),
            "words": _number("words of these readings"),
            "minutes": _number("minutes of these readings, at your own speed"),
            "words_per_minute": _number("your speed"),
            "words_per_minute_from": _number(
                "articles that it is based on; 0 if it is the default"
            ),
            "since": _optional(_text("first day with reading; null if there is none")),
            "streak": _number("days in a row until today"),
            "longest_streak": _number("the most days in a row"),
            "days": _objects("the last 30 days, oldest first", _READING_FIELDS),
            "weeks": _objects("the last 12 weeks, oldest first", _READING_FIELDS),
            "categories": _objects("the categories, largest first", _SHARE_FIELDS),
            "feeds": _objects("the feeds, largest first", _SHARE_FIELDS),
        },
    ),
    "story": Output(
        "An article of a story",
        {
            "id": _ID,
            "title": _TITLE,
            "category": _CATEGORY,
            "date": _optional(_text("date, `YYYY-MM-DD`")),
            "read": _flag("whether it is read"),
            "starred": _flag("whether it is starred"),
            "new_words": _texts("words that no earlier article has, the weightiest first"),
            "copies": _texts("ids of its duplicates"),
            "in_story": _flag("false if it is about the same and not in the story"),
        },
        is_list=True,
    ),
    "sync": Output(
        "What was exchanged",
        {
            "sent": {**_object(_COPY_FIELDS), "description": "what the other library lacked"},
            "received": {**_object(_COPY_FIELDS), "description": "what this library lacked"},
        },
    ),
    "tags": Output("A tag", _GROUP_FIELDS, is_list=True),
    "themes": Output(
        "A colour theme",
        {
            "name": _text("name"),
            "label": _text("name in the reader"),
            "dark": _flag("whether it is for dark terminals"),
            "source": _text("`own` or `newstui`"),
            "on": _flag("whether it is the current theme"),
        },
        is_list=True,
    ),
    "undo": Output(
        "A change",
        {
            **_CHANGE_FIELDS,
            "time": _text("UTC time of the change"),
            "what": _text("the change in words"),
        },
        is_list=True,
    ),
}
