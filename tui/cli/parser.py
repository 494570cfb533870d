"""The syntax of the command line: one `CommandSyntax` a command, turned into an argparse parser."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from store.exporters.formats import DEFAULT_TITLE, EXPORT_FORMATS
from store.other_readers import OTHER_READER_NAMES
from store.search.list_query import SORTS
from store.text.clean import clean_line
from tui import __version__
from tui.cli.exit_codes import EXIT_CODE_HELP
from tui.config.keymaps import KEYMAP_PRESETS

MAX_ERROR_CHARS = 2000
HELP_EPILOG = f"""\
exit codes:
{EXIT_CODE_HELP}

IDs can be shortened as long as they are unique. If the terminal is ever left in a bad state, run
`reset`.
"""


# -- the parts of a command's syntax -------------------------------------------------------


class Argument(NamedTuple):
    """An option or a positional argument: the parameters of `add_argument`."""

    names: tuple[str, ...]
    parameters: Mapping[str, Any]


class OneOf(NamedTuple):
    """Arguments that exclude each other."""

    arguments: tuple[Argument, ...]
    required: bool = False


class Requirement(NamedTuple):
    """Arguments, by destination, one of which has to be given; named in `needs DESCRIPTION`."""

    any_of: tuple[str, ...]
    description: str
    with_any_of: tuple[str, ...] = ()
    """Required only with one of these; always if there are none."""


SyntaxPart = Argument | OneOf | Requirement


class CommandSyntax(NamedTuple):
    """The syntax of a command."""

    name: str
    help: str
    """The line in `newstui --help`."""
    description: str
    """The text of `newstui NAME --help`; if empty, the help line."""
    parts: tuple[SyntaxPart, ...]


def _command(name: str, help_: str, description: str, *parts: SyntaxPart) -> CommandSyntax:
    return CommandSyntax(name, help_, description, parts)


def _argument(*names: str, **parameters: Any) -> Argument:
    return Argument(names, parameters)


def _positional(dest: str, metavar: str, help_: str | None = None, **parameters: Any) -> Argument:
    return _argument(dest, metavar=metavar, help=help_, **parameters)


def _option(name: str, metavar: str | None, help_: str, **parameters: Any) -> Argument:
    return _argument(f"--{name}", metavar=metavar, help=help_, **parameters)


def _flag(name: str, help_: str) -> Argument:
    return _argument(f"--{name}", action="store_true", help=help_)


def _flags(dest: str, default: object, *flags: tuple[str, object, str]) -> OneOf:
    """Return flags that set the same destination, each given by name, value and help."""
    shared = {"dest": dest, "default": default, "action": "store_const"}
    return OneOf(
        tuple(
            _argument(f"--{name}", const=value, help=help_, **shared)
            for name, value, help_ in flags
        )
    )


def _parse_import_format(text: str) -> str:
    from store.importers.read_files import IMPORT_FORMATS  # only `import --as` needs the importers

    if text not in IMPORT_FORMATS:
        known = ", ".join(IMPORT_FORMATS)
        raise argparse.ArgumentTypeError(f"unknown format {text!r} (expected one of {known})")
    return text


def _parse_positive(text: str) -> int:
    if not text.isdecimal() or len(text) > 15 or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def _parse_feed_interval(text: str) -> int:
    """Return the minutes of an interval; 0 for `none`."""
    minutes = 0 if text == "none" else _parse_interval(text) // 60
    if minutes > MAX_FEED_INTERVAL:
        raise argparse.ArgumentTypeError(f"{text!r} is longer than a year")
    return minutes


def _parse_interval(text: str) -> int:
    """Return the seconds of `30m`, `2h` or `1d`."""
    found = re.fullmatch(r"([1-9]\d{0,5})([mhd])", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not an interval such as 30m, 2h or 1d")
    return int(found[1]) * {"m": 60, "h": 3600, "d": 86_400}[found[2]]


def _parse_since(text: str) -> Callable[[int], int]:
    """Return a function from the present time to the start, both in seconds, of `2d` or a date."""
    if re.fullmatch(r"[1-9]\d{0,5}[mhd]", text):
        seconds = _parse_interval(text)
        return lambda now: max(0, now - seconds)
    try:
        moment = datetime.fromisoformat(text)
        start = int((moment if moment.tzinfo else moment.astimezone()).timestamp())
    except (ValueError, OverflowError, OSError) as error:
        expected = "an interval such as 12h or 2d, or a date such as 2026-11-28"
        raise argparse.ArgumentTypeError(f"{text!r} is not {expected}") from error
    return lambda _: max(0, start)


# -- arguments of several commands ---------------------------------------------------------

READER_OPTIONS = (
    _flag("slow", "save bandwidth (slow connections)"),
    _flag("plain", "line mode, for screen readers and pipes"),
)
ID_ARGUMENT = _positional("id", "ID")
FEEDS_ARGUMENT = _positional(
    "feeds", "FEED", "a name, part of a name, or a URL", nargs="*", default=[]
)
JSON_FLAG = _flag("json", "print JSON")
FORCE_FLAG = _flag("force", "replace existing files")
MAX_FEED_INTERVAL = 366 * 24 * 60
"""Minutes, as `feeds.opml` is read."""
FEED_CHANGES = ("rename", "category", "paused", "whole_page", "interval", "remove")
QUERY_DEST = "words"
QUERY_ARGUMENTS = (
    _positional(
        QUERY_DEST,
        "QUERY",
        "only matching articles, e.g. 'harbour is:unread'",
        nargs="*",
        type=str.strip,
    ),
    _flags(
        "show",
        "all",
        ("unread", "unread", "only unread articles"),
        ("starred", "starred", "only starred articles"),
        ("in-progress", "in progress", "only articles begun and not read"),
    ),
    _option("category", "NAME", "only this category and those below it", type=str.strip),
    _option("sort", None, "sort order (default: date)", choices=SORTS, default="date"),
    _option("limit", "N", "at most N articles", type=_parse_positive),
)

# -- the commands --------------------------------------------------------------------------

COMMAND_SYNTAXES = (
    _command(
        "import",
        "import articles from files",
        "Import articles from files and folders: Markdown with front matter, plain text, HTML,"
        " newstui JSON and JSON Lines, saved reading pages, bookmarks, lists of URLs, and the"
        " exports of other readers. The format is detected from the content. Articles already in"
        " the library are not changed.",
        _positional("paths", "PATH", "a file, a folder, or - for stdin", nargs="+"),
        _option(
            "as",
            "FORMAT",
            "do not detect the format: `csv`, `wallabag`, `pocket`, ...",
            dest="format",
            type=_parse_import_format,
        ),
        JSON_FLAG,
    ),
    _command(
        "move-in",
        "take everything from another reader",
        "Take feeds with their names and tags, saved searches, articles and what was read from another"
        " reader on this machine. Its files are only read. Articles already in the library are not"
        " changed.",
        _positional(
            "program",
            "PROGRAM",
            f"one of {', '.join(OTHER_READER_NAMES)}",
            choices=OTHER_READER_NAMES,
        ),
        _positional(
            "paths",
            "PATH",
            "where its files are, if not in the usual places: files or folders",
            nargs="*",
            default=[],
        ),
        JSON_FLAG,
    ),
    _command(
        "add",
        "add feeds and web pages by URL",
        "Subscribe to a feed, or to the feed of a site, or add a single page as an article.",
        _positional(
            "urls",
            "URL",
            "a feed, a site or a page; - reads URLs from stdin, one a line",
            nargs="*",
            default=[],
        ),
        _flags(
            "want",
            "either",
            ("feed", "feed", "subscribe to the feed of the page"),
            ("page", "page", "add the page, even if it has a feed"),
        ),
        _option("category", "NAME", "category of the new feeds and articles"),
        _flag("private", "allow hosts on a private network"),
        _flag("missing", "fetch the text of articles without one"),
        JSON_FLAG,
        Requirement(("urls", "missing"), "a URL, - or --missing"),
    ),
    _command(
        "fetch",
        "fetch feeds",
        "Fetch the given feeds, or all feeds that are not paused.",
        FEEDS_ARGUMENT,
        _flag("quiet", "print errors only, for cron"),
        _option("every", "TIME", "keep fetching every 30m, 2h or 1d", type=_parse_interval),
        JSON_FLAG,
    ),
    _command(
        "feeds",
        "list or edit feeds",
        "List feeds: articles, unread, share read, last success, category, name. With FEED and an"
        " option, edit those feeds.",
        FEEDS_ARGUMENT,
        _option("rename", "NAME", "change the name"),
        _option("category", "NAME", "change the category; '' removes it"),
        _flags("paused", None, ("pause", True, "stop fetching"), ("resume", False, "fetch again")),
        _flags(
            "whole_page",
            None,
            ("whole-page", True, "take the text from the page, for truncated feeds"),
            ("feed-text", False, "take the text from the feed"),
        ),
        _option(
            "interval",
            "TIME",
            "let at least 30m, 2h or 1d pass between two fetches of all feeds; none for no limit",
            type=_parse_feed_interval,
        ),
        _flag("remove", "unsubscribe; articles are kept"),
        _option(
            "import",
            "FILE",
            "subscribe to the feeds of an OPML file or of newsboat's urls file",
            dest="import_opml",
        ),
        JSON_FLAG,
        Requirement(("feeds",), "a FEED", FEED_CHANGES),
    ),
    _command("list", "list articles, newest first", "", *QUERY_ARGUMENTS, JSON_FLAG),
    _command(
        "search",
        "search titles, texts, summaries, categories and tags",
        "Search titles, texts, summaries, categories and tags, and print the best matches first,"
        " each with a snippet. QUERY may have words, “phrases”, -not, or, (parentheses),"
        " title:word, author:name, feed:name, category:name, tag:name, is:unread, words:>800,"
        " date:2022-02, newer:7d and more; quote it to protect it from the shell.",
        _positional(QUERY_DEST, "QUERY", "the query", nargs="+", type=str.strip),
        _flag("newest", "newest first instead of best first"),
        _option("limit", "N", "at most N articles (default: 20)", type=_parse_positive, default=20),
        JSON_FLAG,
    ),
    _command(
        "passages",
        "find the paragraphs that answer a query best",
        "Print the paragraphs that have most words of QUERY, the best first, each with its article."
        " QUERY is that of `newstui search`; conditions such as is:unread restrict the articles.",
        _positional(QUERY_DEST, "QUERY", "the query", nargs="+", type=str.strip),
        _option(
            "limit", "N", "at most N paragraphs (default: 10)", type=_parse_positive, default=10
        ),
        JSON_FLAG,
    ),
    _command(
        "show",
        "print an article with its details",
        "Print an article with its similar articles, summary, statistics and details.",
        ID_ARGUMENT,
        _option("format", None, "plain text or Markdown", choices=("text", "md"), default="text"),
        JSON_FLAG,
    ),
    _command(
        "read",
        "print an article for a screen reader or a pager",
        "Print title, details, text and links of an article, with headings, quotes and links named"
        " in words. Lines are as wide as the terminal, or 80 columns in a pipe.",
        ID_ARGUMENT,
    ),
    _command("similar", "list similar articles", "", ID_ARGUMENT, JSON_FLAG),
    _command(
        "brief",
        "print the front page: what is new, one line a story",
        "Print what is unread since your last visit, gathered into stories, for so many minutes of"
        " reading: stories that go on, new ones, rare feeds and the rest.",
        _option("minutes", "N", "fill N minutes (default: 20)", type=_parse_positive, default=20),
        _option("since", "TIME", "since 12h or 2d ago, or a date", type=_parse_since),
        _flag("why", "say why each story is where it is"),
        OneOf(
            (
                _option(
                    "format",
                    None,
                    "plain text, Markdown or JSON",
                    choices=("text", "md", "json"),
                    default="text",
                ),
                _argument(
                    "--json",
                    dest="format",
                    action="store_const",
                    const="json",
                    help=JSON_FLAG.parameters["help"],
                ),
            )
        ),
    ),
    _command(
        "edit",
        "edit title, category, date, tags",
        "Edit title, category, date and tags of an article.",
        ID_ARGUMENT,
        _option("title", None, "change the title"),
        _option("category", "NAME", "change the category"),
        _option("date", None, "change the date of publication, a date or a time"),
        _option("tag", "TAG", "add a tag", action="append", default=[]),
        _option("untag", "TAG", "remove a tag", action="append", default=[]),
        Requirement(
            ("title", "category", "date", "tag", "untag"),
            "--title, --category, --date, --tag or --untag",
        ),
    ),
    _command(
        "mark",
        "mark articles as read or unread, star or unstar them",
        "",
        _positional("ids", "ID", nargs="*", default=[]),
        _option(
            "from",
            "FILE",
            "also mark the articles listed in a file, one a line, by id, URL or feed guid (what"
            " newsboat -E writes)",
            dest="file",
            type=Path,
        ),
        _flags(
            "read", None, ("read", "read", "mark as read"), ("unread", "unread", "mark as unread")
        ),
        _flags("star", None, ("star", "starred", "star"), ("unstar", "unstarred", "unstar")),
        Requirement(("read", "star"), "--read, --unread, --star or --unstar"),
        Requirement(("ids", "file"), "an ID or --from FILE"),
    ),
    _command(
        "export",
        "export articles to files",
        "Export articles as newstui JSON, JSON Lines, Markdown with front matter (a folder with a"
        " file for each article), one HTML page, or an EPUB; or the feeds as OPML. JSON and"
        " Markdown can be imported again without loss.",
        *QUERY_ARGUMENTS,
        _option(
            "to", None, "format (default: json)", choices=(*EXPORT_FORMATS, "opml"), default="json"
        ),
        _argument(
            "-o", dest="out", type=Path, metavar="PATH", help="output file; a folder for Markdown"
        ),
        _option("title", None, "title of an HTML page or EPUB", default=DEFAULT_TITLE),
        FORCE_FLAG,
    ),
    _command(
        "backup",
        "back up the library to a file",
        "Back up the whole library to one zip file and verify it. newstui may be running meanwhile.",
        OneOf(
            (
                _positional("file", "FILE", "the zip file", nargs="?", type=Path),
                _flag("auto", "keep one backup a day for seven days; for scheduled jobs"),
            ),
            required=True,
        ),
        FORCE_FLAG,
        JSON_FLAG,
    ),
    _command(
        "restore",
        "restore a backup",
        "Restore a backup into an empty or new library.",
        _positional("file", "FILE", "the backup", type=Path),
        _option("into", "DIR", "folder to restore into (default: your library)", type=Path),
        _flag("merge", "add what is missing to a library that is not empty; overwrite nothing"),
        JSON_FLAG,
    ),
    _command(
        "copy",
        "copy a library to another one",
        "Copy articles, reading state, feeds and saved searches of the library FROM that the library"
        " TO lacks. Ids stay. An interrupted copy can be run again.",
        _positional("source", "FROM", "a library folder"),
        _positional("target", "TO", "a library folder, which may be new"),
        JSON_FLAG,
    ),
    _command(
        "sync",
        "exchange what is new with another library",
        "Copy articles, reading state, feeds and saved searches that the other library lacks to it,"
        " and those that your library lacks from it. Only what is new since the last time is"
        " compared.",
        _positional("other", "LIBRARY", "a library folder, which may be new"),
        _flag("all", "compare everything, as after a library was restored from a backup"),
        JSON_FLAG,
    ),
    _command(
        "compact",
        "purge texts deleted 30 days ago",
        "Purge the texts of articles deleted at least 30 days ago, and obsolete events of the"
        " journal. The reading state does not change.",
        _flag("dry-run", "only print what would be removed"),
        JSON_FLAG,
    ),
    _command("stats", "print reading statistics", "", JSON_FLAG),
    _command(
        "keys",
        "list the keys of the reader",
        "",
        _option("preset", None, "list a preset instead of your own keys", choices=KEYMAP_PRESETS),
        JSON_FLAG,
    ),
    _command(
        "settings",
        "list the settings",
        "List every setting, its value and where the value comes from.",
        _flag("example", "print a settings.toml to start with"),
        JSON_FLAG,
    ),
    _command("themes", "list the colour themes", "", JSON_FLAG),
    _command(
        "completion",
        "print the completion script of a shell",
        "Print the script that completes commands, options and the names in your library in a shell.",
        _argument("shell", help="the shell", choices=("bash", "zsh", "fish")),
    ),
    _command(
        "doctor",
        "check library, settings and terminal",
        "Check folders, library, settings, locale and terminal. Without --repair the library is not"
        " changed.",
        _flag("repair", "repair damaged files of this machine, keeping the originals"),
        JSON_FLAG,
    ),
)


# -- the parser ----------------------------------------------------------------------------


class SafeArgumentParser(argparse.ArgumentParser):
    """A parser whose messages are free of control characters, whatever was typed."""

    query_options: frozenset[str] | None = None
    """The short options of a command that takes a query; None if it takes none."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse arguments; those of a query may begin with a minus, as in `-category:sport`."""
        if self.query_options is not None and args is not None:
            args = list(_protect_query(args, self.query_options))
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Print a usage error and exit with code 2."""
        super().error(clean_line(message, limit=MAX_ERROR_CHARS))


def _protect_query(arguments: Sequence[str], options: frozenset[str]) -> Iterator[str]:
    """Put a blank before what begins with one minus and is no option, or it would be taken for one."""
    for argument in arguments:
        is_option = argument[:2] in ("-", "--", *options) or argument == "-h"
        yield f" {argument}" if argument[:1] == "-" and not is_option else argument


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the command line; on a usage error, print it and exit with code 2."""
    options = build_parser().parse_args(arguments)
    if options.command:
        command: argparse.ArgumentParser = options.parser
        given = {
            name for name, value in vars(options).items() if value != command.get_default(name)
        }
        for each in options.requirements:
            is_due = not each.with_any_of or given.intersection(each.with_any_of)
            if is_due and not given.intersection(each.any_of):
                command.error(f"needs {each.description}")
    return options


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = SafeArgumentParser(
        prog="newstui",
        description="Read and keep the news in your terminal. Without a command, start the reader.",
        epilog=HELP_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"newstui {__version__}")
    _add_arguments(parser, (_library_argument(None), *READER_OPTIONS))
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for syntax in COMMAND_SYNTAXES:
        description = syntax.description or f"{syntax.help[0].upper()}{syntax.help[1:]}."
        command = subparsers.add_parser(syntax.name, help=syntax.help, description=description)
        requirements = [each for each in syntax.parts if isinstance(each, Requirement)]
        command.set_defaults(parser=command, requirements=requirements)
        command.query_options = _short_options_beside_query(syntax)
        # Suppressed, so that it does not undo a --library before the command.
        _add_arguments(command, (*syntax.parts, _library_argument(argparse.SUPPRESS)))
    return parser


def _short_options_beside_query(syntax: CommandSyntax) -> frozenset[str] | None:
    arguments = [each for each in syntax.parts if isinstance(each, Argument)]
    names = [name for each in arguments for name in each.names]
    return frozenset(name for name in names if len(name) == 2) if QUERY_DEST in names else None


def _library_argument(default: str | None) -> Argument:
    help_ = "library folder (default on Linux: ~/.local/share/newstui)"
    return _argument("--library", type=Path, metavar="DIR", default=default, help=help_)


def _add_arguments(parser: argparse.ArgumentParser, parts: Iterable[SyntaxPart]) -> None:
    for each in parts:
        if isinstance(each, Argument):
            parser.add_argument(*each.names, **each.parameters)
        elif isinstance(each, OneOf):
            group = parser.add_mutually_exclusive_group(required=each.required)
            for one in each.arguments:
                group.add_argument(*one.names, **one.parameters)
