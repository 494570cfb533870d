"""What can be typed after `newstui`."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn, Protocol

from store.exporters.formats import EXPORT_FORMATS
from store.search import SORTS
from store.text.clean import clean_line
from tui import __version__
from tui.config.keymaps import KEYMAP_PRESETS

HELP_EPILOG = """\
exit codes: 0 fine; 1 some of it failed, as the messages say; 2 wrong use; 75 the library is busy.
Ids may be shortened as long as they are clear. Should a terminal ever be left in a bad state,
`reset` puts it right.
"""


class SafeArgumentParser(argparse.ArgumentParser):
    """A parser whose messages hold no control characters, whatever was typed."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave with exit code 2."""
        super().error(clean_line(message, limit=2000))


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    top = SafeArgumentParser(
        prog="newstui",
        description="A terminal reader for the news one keeps. Without a command, the reader starts.",
        epilog=HELP_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"newstui {__version__}")
    top.add_argument("--library", type=Path, metavar="DIR", help="another library than your own")
    add_flag(top, "slow", "the link is slow: the reader sends less")
    add_flag(top, "plain", "the reader without a screen: a command a line")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _add_import(commands)
    add_feed_parsers(commands)
    _add_list(commands)
    _add_search(commands)
    _add_show(commands)
    _add_read(commands)
    _add_similar(commands)
    _add_edit(commands)
    _add_mark(commands)
    _add_export(commands)
    _add_backup(commands)
    _add_restore(commands)
    _add_compact(commands)
    stats = commands.add_parser("stats", help="print reading statistics, with charts")
    add_json_flag(stats)
    _add_keys(commands)
    _add_settings(commands)
    add_json_flag(commands.add_parser("themes", help="list the colour themes"))
    _add_doctor(commands)
    for each in commands.choices.values():
        each.add_argument("--library", type=Path, metavar="DIR", default=argparse.SUPPRESS,
                          help="another library than your own")  # fmt: skip
    return top


def _add_import(commands: Subparsers) -> None:
    command = commands.add_parser(
        "import",
        help="add articles from files",
        description="Add articles from files and folders: reading pages, Markdown with front matter,"
        " plain text, HTML, newstui JSON and JSON Lines, bookmarks, lists of addresses, and what"
        " other readers export. What a file is, is told by its content. Articles that are there"
        " already stay as they are.",
    )
    command.add_argument(
        "paths", nargs="+", metavar="PATH", help="a file, a folder, or - for stdin"
    )
    command.add_argument(
        "--as",
        dest="format",
        type=_parse_format,
        metavar="FORMAT",
        help="what the files are, whatever they look like: `csv`, `wallabag`, `pocket`, ...",
    )
    add_json_flag(command)


def _add_list(commands: Subparsers) -> None:
    command = commands.add_parser("list", help="list articles, the newest first")
    _add_query(command)
    add_json_flag(command)


def _add_export(commands: Subparsers) -> None:
    command = commands.add_parser(
        "export",
        help="write articles into files",
        description="Write articles as newstui JSON, JSON Lines, Markdown with front matter (a file"
        " an article, in a folder), one HTML page, or an EPUB. JSON and Markdown come back by"
        " `newstui import` as the same articles. OPML is the feeds.",
    )
    _add_query(command)
    command.add_argument(
        "--to", choices=(*EXPORT_FORMATS, "opml"), default="json", help="the form (default: json)"
    )
    command.add_argument(
        "-o", dest="out", type=Path, metavar="PATH", help="a file, for Markdown a folder"
    )
    command.add_argument("--title", default="newstui", help="the title of an HTML page or EPUB")
    add_flag(command, "force", "replace files that are there")


def _add_query(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "words", nargs="*", metavar="QUERY", help="only articles that fit, as 'harbour is:unread'"
    )
    state = command.add_mutually_exclusive_group()
    state.add_argument("--unread", dest="show", action="store_const", const="unread", default="all")
    state.add_argument("--starred", dest="show", action="store_const", const="starred")
    state.add_argument("--in-progress", dest="show", action="store_const", const="in progress")
    command.add_argument("--category", help="only this category")
    command.add_argument("--sort", choices=SORTS, default="date", help="the order (default: date)")
    command.add_argument("--limit", type=_parse_positive, metavar="N", help="at most N articles")


def _add_search(commands: Subparsers) -> None:
    command = commands.add_parser(
        "search",
        help="search titles, texts, summaries, categories and tags",
        description="Search titles, texts, summaries, categories and tags, and print each article"
        " with the line in which the words stand, the best first. QUERY is of words, “phrases”,"
        " -not, or, (parentheses), title:word, category:name, tag:name, is:unread, words:>800,"
        " date:2022-02, newer:7d and more; put it in quotes, as the shell has its own use for"
        " some of that.",
    )
    command.add_argument("words", nargs="+", metavar="QUERY", help="what to search for")
    add_flag(command, "newest", "the newest first, not the best")
    command.add_argument(
        "--limit",
        type=_parse_positive,
        metavar="N",
        default=20,
        help="at most N articles (default: 20)",
    )
    add_json_flag(command)


def _add_show(commands: Subparsers) -> None:
    command = commands.add_parser("show", help="print an article with all that belongs to it")
    command.add_argument("id", metavar="ID")
    command.add_argument(
        "--format", choices=("text", "md"), default="text", help="as text, or as Markdown"
    )
    add_json_flag(command)


def _add_read(commands: Subparsers) -> None:
    command = commands.add_parser(
        "read",
        help="print an article in plain words, for a screen reader or a pager",
        description="Print title, facts, text and links of an article. Headings, quotes and links"
        " are said in words; lines are as long as the terminal's, or 80 characters in a pipe.",
    )
    command.add_argument("id", metavar="ID")


def _add_similar(commands: Subparsers) -> None:
    command = commands.add_parser("similar", help="list the similar readings of an article")
    command.add_argument("id", metavar="ID")
    add_json_flag(command)


def _add_edit(commands: Subparsers) -> None:
    command = commands.add_parser("edit", help="change the facts of an article")
    command.add_argument("id", metavar="ID")
    command.add_argument("--title", help="another title")
    command.add_argument("--category", help="another category")
    command.add_argument("--date", help="when it was published: a date or a time")
    command.add_argument("--tag", action="append", default=[], metavar="TAG", help="add a tag")
    command.add_argument("--untag", action="append", default=[], metavar="TAG", help="remove a tag")


def _add_mark(commands: Subparsers) -> None:
    command = commands.add_parser("mark", help="mark articles read, unread, starred or not")
    command.add_argument("ids", nargs="*", metavar="ID")
    command.add_argument(
        "--from",
        dest="file",
        type=Path,
        metavar="FILE",
        help="also those named in a file: an id, an address or the id in its feed a line, as"
        " newsboat -E writes them",
    )
    for name, group in (("read", "unread"), ("star", "unstar")):
        either = command.add_mutually_exclusive_group()
        for flag in (name, group):
            either.add_argument(f"--{flag}", dest=name, action="store_const", const=flag)


def _add_backup(commands: Subparsers) -> None:
    command = commands.add_parser(
        "backup",
        help="write the whole library into one file",
        description="Write the whole library into one file, a zip, and read it back. Articles may"
        " be read and added meanwhile.",
    )
    target = command.add_mutually_exclusive_group(required=True)
    target.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the file to write")
    target.add_argument(
        "--auto",
        action="store_true",
        help="keep a backup a day, seven of them, in newstui's own folder; for scheduled jobs",
    )
    add_flag(command, "force", "replace a file that is there")
    add_json_flag(command)


def _add_restore(commands: Subparsers) -> None:
    command = commands.add_parser(
        "restore",
        help="bring a backup back",
        description="Bring a backup back, into a library that is empty or does not exist yet.",
    )
    command.add_argument("file", type=Path, metavar="FILE", help="what `newstui backup` wrote")
    command.add_argument("--into", type=Path, metavar="DIR", help="another library than your own")
    add_flag(
        command,
        "merge",
        "add what is missing to a library that is not empty; nothing in it is overwritten",
    )
    add_json_flag(command)


def _add_compact(commands: Subparsers) -> None:
    command = commands.add_parser(
        "compact",
        help="free the space of what was deleted long ago",
        description="Remove the texts of articles that have been deleted for 30 days, and from the"
        " journal what can no longer matter. What is read, starred and so on stays as it is.",
    )
    add_flag(command, "dry-run", "only say what would go")
    add_json_flag(command)


def _add_keys(commands: Subparsers) -> None:
    command = commands.add_parser("keys", help="print the keys of the reader")
    command.add_argument(
        "--preset", choices=KEYMAP_PRESETS, help="those of a preset, not those in force"
    )
    add_json_flag(command)


def _add_settings(commands: Subparsers) -> None:
    command = commands.add_parser(
        "settings",
        help="print the settings in force",
        description="Print every setting, the value in force and where it comes from.",
    )
    add_flag(command, "example", "print a settings.toml to start with")
    add_json_flag(command)


def _add_doctor(commands: Subparsers) -> None:
    command = commands.add_parser(
        "doctor",
        help="check paths, library, locale, terminal",
        description="Check paths, library, locale and terminal. Without --repair nothing in the"
        " library is changed.",
    )
    add_flag(
        command,
        "repair",
        "mend damaged files of this machine, keeping each as it was found beside it",
    )
    add_json_flag(command)


def find_missing_argument(options: argparse.Namespace) -> str:
    """What has to be said besides the ids, for a command that was given nothing to do."""
    asked = vars(options)
    if options.command == "mark" and not (options.read or options.star):
        return "--read, --unread, --star or --unstar"
    if options.command == "mark" and not (options.ids or options.file):
        return "which articles"
    if options.command == "add" and not (options.urls or options.missing):
        return "a URL, - or --missing"
    if options.command == "feeds" and not options.feeds and has_feed_changes(asked):
        return "which feed"
    fields = ("title", "category", "date")
    if options.command == "edit" and all(asked[name] is None for name in fields):
        return (
            "" if options.tag or options.untag else "--title, --category, --date, --tag or --untag"
        )
    return ""


def _parse_format(text: str) -> str:
    from store.importers.read import IMPORT_FORMATS  # imported here: most commands read no files

    if text not in IMPORT_FORMATS:
        raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(IMPORT_FORMATS)}")
    return text


def _parse_positive(text: str) -> int:
    if not text.isdecimal() or len(text) > 15 or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


class Subparsers(Protocol):
    """What `add_subparsers` returns; argparse has no public name for it."""

    def add_parser(
        self,
        name: str,
        *,
        help: str,  # noqa: A002
        description: str = ...,
    ) -> argparse.ArgumentParser:
        """Add a command."""


def add_flag(command: argparse.ArgumentParser, name: str, help_: str) -> None:
    """Give the command an option that is there or not."""
    command.add_argument(f"--{name}", action="store_true", help=help_)


def add_json_flag(command: argparse.ArgumentParser) -> None:
    """Let the command print JSON."""
    add_flag(command, "json", "print JSON")


def add_feed_parsers(commands: Subparsers) -> None:
    """The commands that use the network."""
    _add_add(commands)
    _add_fetch(commands)
    _add_feeds(commands)


def _add_add(commands: Subparsers) -> None:
    command = commands.add_parser(
        "add",
        help="add feeds and web pages by URL",
        description="Subscribe to a feed, or to the feed of a site; or take in one page as an"
        " article.",
    )
    command.add_argument(
        "urls", nargs="*", metavar="URL", help="what to add; - reads URLs from stdin, one a line"
    )
    want = command.add_mutually_exclusive_group()
    want.add_argument("--feed", dest="want", action="store_const", const="feed", default="either",
                      help="subscribe to the feed that the page names")  # fmt: skip
    want.add_argument("--page", dest="want", action="store_const", const="page",
                      help="take in the page, whatever feeds it names")  # fmt: skip
    command.add_argument("--category", metavar="NAME", help="the category of what is added")
    add_flag(command, "private", "hosts named here may be on a private network")
    add_flag(command, "missing", "fetch the texts of articles that have none")
    add_json_flag(command)


def _add_fetch(commands: Subparsers) -> None:
    command = commands.add_parser("fetch", help="fetch the feeds")
    command.add_argument("feeds", nargs="*", metavar="FEED", help="only these, by name or URL")
    add_flag(command, "quiet", "say only what failed; for cron")
    command.add_argument(
        "--every", type=_parse_period, metavar="TIME", help="stay and fetch every 30m, 2h, 1d"
    )
    add_json_flag(command)


def _add_feeds(commands: Subparsers) -> None:
    command = commands.add_parser(
        "feeds",
        help="list the feeds, or change some",
        description="List the feeds: articles, unread, share read, last success, category, name."
        " With FEEDs and an option, change those.",
    )
    command.add_argument("feeds", nargs="*", metavar="FEED", help="by name, part of it, or URL")
    command.add_argument("--rename", metavar="NAME", help="another name")
    command.add_argument("--category", metavar="NAME", help="another category; '' for none")
    flags = (
        ("paused", "--pause", "--resume", "do not fetch it for now", "fetch it again"),
        ("whole_page", "--whole-page", "--feed-text", "take the texts from the pages, for feeds"
         " that only have their beginnings", "take the texts as the feed has them"),
    )  # fmt: skip
    for name, yes, no, on, off in flags:
        either = command.add_mutually_exclusive_group()
        either.add_argument(yes, dest=name, action="store_const", const=True, help=on)
        either.add_argument(no, dest=name, action="store_const", const=False, help=off)
    add_flag(command, "remove", "unsubscribe; articles stay")
    command.add_argument(
        "--import",
        dest="import_opml",
        metavar="FILE",
        help="subscribe to the feeds of an OPML file, or of newsboat's urls",
    )
    add_json_flag(command)


def has_feed_changes(asked: Mapping[str, object]) -> bool:
    """Whether `newstui feeds` was asked to change something."""
    names = ("rename", "category", "paused", "whole_page")
    return bool(asked["remove"]) or any(asked[name] is not None for name in names)


def _parse_period(text: str) -> int:
    """Seconds of `30m`, `2h`, `1d`."""
    found = re.fullmatch(r"([1-9]\d{0,5})([mhd])", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time like 30m, 2h or 1d")
    return int(found[1]) * {"m": 60, "h": 3600, "d": 86_400}[found[2]]
