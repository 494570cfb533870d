"""The syntax of the command line: one `CommandSyntax` a command."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from store.exporters.formats import DEFAULT_TITLE, EXPORT_FORMATS
from store.other_readers import OTHER_READER_NAMES
from store.search.list_query import SORTS
from tui.cli.schemas import OUTPUTS
from tui.cli.syntax import (
    QUERY_DEST,
    Argument,
    CommandSyntax,
    OneOf,
    Requirement,
    SyntaxPart,
    flag,
    parse_choice,
    parse_feed_interval,
    parse_import_format,
    parse_interval,
    parse_port,
    parse_positive,
    parse_since,
)
from tui.cli.template import template_parser
from tui.config.keymaps import KEYMAP_PRESETS

FORMAT_ALIASES = {"markdown": "md"}
"""Other names of formats."""
SORT_NAMES = tuple(each.replace(" ", "-") for each in SORTS)
"""The sort orders as they are typed."""


# -- the parts of a command's syntax -------------------------------------------------------


def _command(name: str, help_: str, description: str, *parts: SyntaxPart) -> CommandSyntax:
    return CommandSyntax(name, help_, description, parts)


def _argument(*names: str, **parameters: Any) -> Argument:
    return Argument(names, parameters)


def _positional(dest: str, metavar: str, help_: str | None = None, **parameters: Any) -> Argument:
    return _argument(dest, metavar=metavar, help=help_, **parameters)


def _option(name: str, metavar: str | None, help_: str, **parameters: Any) -> Argument:
    return _argument(f"--{name}", metavar=metavar, help=help_, **parameters)


def _choice(
    name: str, metavar: str, help_: str, choices: Collection[str], **parameters: Any
) -> Argument:
    """Return an option whose mistyped value is answered with the nearest valid one."""
    aliases, other_name = parameters.pop("aliases", None), parameters.pop("other_name", None)
    return _argument(
        *filter(None, (f"--{name}", other_name)),
        metavar=metavar,
        help=f"{help_}: {', '.join(choices)}",
        type=parse_choice(metavar.lower(), choices, aliases),
        choices=choices,
        **parameters,
    )


def _flags(dest: str, default: object, *flags: tuple[str, object, str]) -> OneOf:
    """Return flags that set the same destination, each given by name, value and help."""
    shared = {"dest": dest, "default": default, "action": "store_const"}
    return OneOf(
        tuple(
            _argument(f"--{name}", const=value, help=help_, **shared)
            for name, value, help_ in flags
        )
    )


def _output(
    output: str, names: Sequence[str] = (), aliases: Mapping[str, str] | None = None
) -> OneOf:
    """Return `--format`, for a template, and `--json`.

    Args:
        output: The output whose fields a template may have.
        names: Formats that are named and not described.
        aliases: Other names of some of them.
    """
    named = f"{', '.join(names)} (default: {names[0]}), or " if names else ""
    fields = [*OUTPUTS[output].fields]
    first, second = ("title", "url") if {"title", "url"} <= {*fields} else fields[:2]
    template = _option(
        "format",
        "FORMAT" if names else "TEMPLATE",
        f"{named}a template such as '{{{first}}}\\t{{{second}}}', with the fields of --json",
        type=template_parser(output, names, aliases),
        default=names[0] if names else None,
    )
    return OneOf((template, JSON_FLAG))


JSON_FLAG = flag("json", "print JSON")


# -- arguments of several commands ---------------------------------------------------------

OUTPUT_NAMES = tuple(OUTPUTS)
SHELLS = ("bash", "zsh", "fish")
"""The shells for which there are completions."""
LIBRARY_ACTIONS = ("init",)
ID_HELP = "the id of an article, or its first characters"
ID_ARGUMENT = _positional("id", "ID", ID_HELP)
FEEDS_ARGUMENT = _positional(
    "feeds", "FEED", "a name, part of a name, or a URL", nargs="*", default=[]
)
FORCE_FLAG = flag("force", "replace existing files")
FEED_CHANGES = ("rename", "category", "paused", "whole_page", "interval", "remove")
SELECTION_ARGUMENTS = (
    _positional("ids", "ID", ID_HELP, nargs="*", default=[]),
    _option(
        "from",
        "FILE",
        "also the articles listed in a file (- for stdin), one a line, by id, URL or feed guid (what"
        " newsboat -E writes)",
        dest="file",
        type=Path,
    ),
    _option("matching", "QUERY", "also the articles that match a query", type=str.strip),
    Requirement(("ids", "file", "matching"), "an ID, --from FILE or --matching QUERY"),
)
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
    _choice(
        "sort",
        "ORDER",
        "sort order (default: date, newest first)",
        SORT_NAMES,
        aliases={**dict(zip(SORTS, SORT_NAMES, strict=True)), "newest": "date"},
        default="date",
    ),
    _option("limit", "N", "at most N articles", type=parse_positive),
    flag("fold", "each story once, without its copies"),
)

# -- the commands --------------------------------------------------------------------------

COMMAND_GROUPS: Mapping[str, tuple[CommandSyntax, ...]] = {
    "read articles": (
        _command("list", "list articles, newest first", "", *QUERY_ARGUMENTS, _output("list")),
        _command(
            "show",
            "print an article with its details",
            "Print an article with its similar articles, summary, statistics and details.",
            ID_ARGUMENT,
            _output("show", ("text", "md", "json"), FORMAT_ALIASES),
        ),
        _command(
            "read",
            "print an article for a screen reader or a pager",
            "Print title, details, text and links of an article, with headings, quotes and links named"
            " in words. Lines are as wide as the terminal, or 80 columns in a pipe.",
            ID_ARGUMENT,
            flag("page", "print the whole text of its page, which is fetched"),
            JSON_FLAG,
        ),
        _command(
            "brief",
            "print the front page: what is new, one line a story",
            "Print what is unread since your last visit, gathered into stories, enough to fill the given"
            " minutes: stories that go on, new ones, rare feeds and the rest.",
            _option(
                "minutes", "N", "fill N minutes (default: 20)", type=parse_positive, default=20
            ),
            _option("since", "TIME", "begin 12h or 2d ago, or at a date", type=parse_since),
            flag("why", "say why each story is where it is"),
            OneOf(
                (
                    _choice(
                        "format",
                        "FORMAT",
                        "print in this format (default: text)",
                        ("text", "md", "json"),
                        aliases=FORMAT_ALIASES,
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
            "open",
            "open articles in a browser",
            "Open the pages of articles in a browser. Over SSH, or where there is no browser, their URLs are"
            " printed.",
            _positional("ids", "ID", ID_HELP, nargs="+"),
            _option("link", "N", "open the link of that number in the text", type=parse_positive),
            _flags(
                "copy",
                None,
                ("copy", "url", "copy the URLs to the clipboard instead"),
                ("copy-link", "link", "copy titles and URLs as Markdown links instead"),
            ),
        ),
        _command(
            "links",
            "list the links of an article",
            "List the links in the text of an article, and the articles of the library that they lead to.",
            ID_ARGUMENT,
            _output("links"),
        ),
        _command("stats", "print reading statistics", "", JSON_FLAG),
        _command(
            "serve",
            "read in a browser on this machine",
            "Serve the reader to browsers on this machine, and print the link that opens it. Every page is"
            " a reader of its own, which ends with the page. ctrl+c stops serving.",
            _option(
                "port",
                "N",
                "port to listen on (default: any free port)",
                type=parse_port,
                default=0,
            ),
        ),
    ),
    "find articles": (
        _command(
            "search",
            "search titles, texts, summaries, categories and tags",
            "Search titles, texts, summaries, categories and tags, and print the best matches first,"
            " each with a snippet. QUERY may have words, “phrases”, -not, or, (parentheses),"
            " title:word, author:name, feed:name, category:name, tag:name, is:unread, words:>800,"
            " date:2022-02, newer:7d and more; quote it to protect it from the shell.",
            _positional(QUERY_DEST, "QUERY", "the query", nargs="+", type=str.strip),
            flag("newest", "newest first instead of best first"),
            _option(
                "limit", "N", "at most N articles (default: 20)", type=parse_positive, default=20
            ),
            _output("search"),
        ),
        _command(
            "passages",
            "find the paragraphs that answer a query best",
            "Print the paragraphs that match most of the words of QUERY, best first, each with its article."
            " QUERY is that of `newstui search`; conditions such as is:unread restrict the articles.",
            _positional(QUERY_DEST, "QUERY", "the query", nargs="+", type=str.strip),
            _option(
                "limit", "N", "at most N paragraphs (default: 10)", type=parse_positive, default=10
            ),
            _output("passages"),
        ),
        _command("similar", "list similar articles", "", ID_ARGUMENT, _output("similar")),
        _command(
            "story",
            "list the articles of a story",
            "List the articles of the story of an article, the newest last, with what is new in each, and"
            " then other articles on the same subject.",
            ID_ARGUMENT,
            _output("story"),
        ),
        _command("tags", "list the tags", "", _output("tags")),
        _command("categories", "list the categories", "", _output("categories")),
        _command(
            "searches",
            "list, save or remove saved searches",
            "List the saved searches, which are places of the reader, or save or remove one.",
            _positional(QUERY_DEST, "QUERY", "the query to save", nargs="*", type=str.strip),
            OneOf(
                (
                    _option("save", "NAME", "save QUERY, or change the query of that search"),
                    _option("remove", "NAME", "remove a search"),
                )
            ),
            _output("searches"),
        ),
    ),
    "change articles": (
        _command(
            "mark",
            "mark articles as read or unread, star or unstar them",
            "",
            *SELECTION_ARGUMENTS,
            _flags(
                "read",
                None,
                ("read", "read", "mark as read"),
                ("unread", "unread", "mark as unread"),
            ),
            _flags("star", None, ("star", "starred", "star"), ("unstar", "unstarred", "unstar")),
            JSON_FLAG,
            Requirement(("read", "star"), "--read, --unread, --star or --unstar"),
        ),
        _command(
            "edit",
            "edit title, category, date, tags",
            "Edit title, category, date and tags of articles.",
            *SELECTION_ARGUMENTS,
            _option("title", "TITLE", "change the title"),
            _option("category", "NAME", "change the category"),
            _option("date", "DATE", "change the date of publication, a date or a time"),
            _option("tag", "TAG", "add a tag", action="append", default=[]),
            _option("untag", "TAG", "remove a tag", action="append", default=[]),
            JSON_FLAG,
            Requirement(
                ("title", "category", "date", "tag", "untag"),
                "--title, --category, --date, --tag or --untag",
            ),
        ),
        _command(
            "delete",
            "delete articles",
            "Delete articles, as one change, which `newstui undo` undoes. An import or a fetch does not add"
            " them again.",
            *SELECTION_ARGUMENTS,
            JSON_FLAG,
        ),
        _command(
            "undo",
            "undo the last change",
            "Undo the last change made on this machine, here or in the reader: to reading state, stars, tags,"
            " edits and deletions. Run it again to undo the one before.",
            flag("list", "list the changes that can be undone"),
            _option(
                "limit",
                "N",
                "list at most N changes (default: 50)",
                type=parse_positive,
                default=50,
            ),
            _output("undo"),
        ),
    ),
    "add articles": (
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
            flag("private", "allow hosts on a private network"),
            flag("missing", "fetch the text of articles without one"),
            JSON_FLAG,
            Requirement(("urls", "missing"), "a URL, - or --missing"),
        ),
        _command(
            "fetch",
            "fetch feeds",
            "Fetch the given feeds, or all feeds that are not paused.",
            FEEDS_ARGUMENT,
            _option("category", "NAME", "fetch the feeds of this category and of those below it"),
            _option("every", "TIME", "keep fetching every 30m, 2h or 1d", type=parse_interval),
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
            _flags(
                "paused", None, ("pause", True, "stop fetching"), ("resume", False, "fetch again")
            ),
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
                type=parse_feed_interval,
            ),
            flag("remove", "unsubscribe; articles are kept"),
            _option(
                "import",
                "FILE",
                "subscribe to the feeds of an OPML file or of newsboat's urls file",
                dest="import_opml",
            ),
            _output("feeds"),
            Requirement(("feeds",), "a FEED", FEED_CHANGES),
        ),
        _command(
            "import",
            "import articles from files",
            "Import articles from files and folders: Markdown with front matter, plain text, HTML,"
            " newstui JSON and JSON Lines, saved reading pages, feeds, bookmarks, lists of URLs, and the"
            " exports of other readers. The format is detected from the content. Articles already in"
            " the library are not changed.",
            _positional("paths", "PATH", "a file, a folder, or - for stdin", nargs="+"),
            _option(
                "as",
                "FORMAT",
                "the format, instead of detecting it: `csv`, `wallabag`, `pocket`, ...",
                dest="format",
                type=parse_import_format,
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
                type=parse_choice("program", OTHER_READER_NAMES),
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
    ),
    "keep the library": (
        _command(
            "export",
            "export articles to files",
            "Export articles as newstui JSON, JSON Lines, Markdown with front matter (a folder with a"
            " file for each article), one HTML page, or an EPUB; or the feeds as OPML. JSON and"
            " Markdown can be imported again without loss.",
            *QUERY_ARGUMENTS,
            _choice(
                "to",
                "FORMAT",
                "format (default: by the suffix of -o, else json)",
                (*EXPORT_FORMATS, "opml"),
                aliases=FORMAT_ALIASES,
                other_name="--format",
            ),
            _argument(
                "-o",
                dest="out",
                type=Path,
                metavar="PATH",
                help="output file; a folder for Markdown",
            ),
            _option("title", "TITLE", "title of an HTML page or EPUB", default=DEFAULT_TITLE),
            FORCE_FLAG,
        ),
        _command(
            "backup",
            "back up the library to a file",
            "Back up the whole library to one zip file and verify it. newstui may be running meanwhile.",
            OneOf(
                (
                    _positional("file", "FILE", "the zip file", nargs="?", type=Path),
                    flag("auto", "keep one backup a day, seven of them; for scheduled jobs"),
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
            flag("merge", "add what is missing to a library that is not empty; overwrite nothing"),
            JSON_FLAG,
        ),
        _command(
            "copy",
            "copy a library to another one",
            "Copy articles, reading state, feeds and saved searches of the library FROM that the library"
            " TO lacks. Ids stay. An interrupted copy can be run again.",
            _positional("source", "FROM", "a folder, or the URL of a database"),
            _positional("target", "TO", "a folder, which may be new, or the URL of a database"),
            JSON_FLAG,
        ),
        _command(
            "sync",
            "exchange what is new with another library",
            "Exchange articles, reading state, feeds and saved searches with another library, so that both"
            " have the same. Only what is new since the last exchange is compared.",
            _positional("other", "LIBRARY", "a folder, which may be new, or the URL of a database"),
            flag("all", "compare everything, as after a library was restored from a backup"),
            JSON_FLAG,
        ),
        _command(
            "share",
            "share a folder of a library on PostgreSQL",
            "Share a category, and those below it, with other accounts of the database: they see its"
            " articles, and what you do to them stays yours. Without --with and --stop, list who has access.",
            _positional("folder", "FOLDER", "the category", nargs="?", default=""),
            _option(
                "with",
                "ACCOUNT",
                "share it with this account",
                dest="accounts",
                action="append",
                default=[],
            ),
            flag("read-only", "these accounts cannot add articles to it"),
            _option(
                "stop",
                "ACCOUNT",
                "stop sharing it with this account",
                action="append",
                default=[],
            ),
            _output("share"),
            Requirement(("folder",), "a FOLDER", ("accounts", "stop")),
            Requirement(("accounts", "stop"), "--with or --stop", ("folder",)),
            Requirement(("accounts",), "--with", ("read_only",)),
        ),
        _command(
            "library",
            "make a library on PostgreSQL",
            "Make a library in a PostgreSQL database, or bring an older one up to date, with all its"
            " articles. The account of the URL needs the right to make a schema there.",
            _positional(
                "action",
                "init",
                "make the library",
                choices=LIBRARY_ACTIONS,
                type=parse_choice("action", LIBRARY_ACTIONS),
            ),
            _positional("url", "URL", "the database: postgresql://ACCOUNT@HOST/DATABASE"),
        ),
        _command(
            "compact",
            "purge texts deleted 30 days ago",
            "Purge the texts of articles deleted at least 30 days ago, and obsolete events of the"
            " journal. The reading state does not change.",
            flag("dry-run", "only print what would be removed"),
            JSON_FLAG,
        ),
        _command(
            "doctor",
            "check library, settings and terminal",
            "Check folders, library, settings, locale and terminal. Without --repair the library is not"
            " changed.",
            flag("repair", "repair damaged files of this machine, keeping the originals"),
            JSON_FLAG,
        ),
    ),
    "settings and help": (
        _command(
            "settings",
            "list the settings",
            "List every setting, its value and where the value comes from.",
            OneOf(
                (
                    flag("example", "print a settings.toml to start with"),
                    flag("schema", "print a JSON Schema of settings.toml, for editors"),
                )
            ),
            _output("settings"),
        ),
        _command(
            "themes",
            "list or choose the colour themes",
            "List the colour themes, or choose the one of the reader.",
            _option(
                "use", "NAME", "use this theme from now on; auto: by the terminal's background"
            ),
            _output("themes"),
        ),
        _command(
            "keys",
            "list the keys of the reader",
            "",
            _choice("preset", "PRESET", "list a preset instead of your own keys", KEYMAP_PRESETS),
            _output("keys"),
        ),
        _command(
            "completion",
            "print the completion script of a shell",
            "Print the script that completes commands, options and the names in your library in a shell.",
            _positional(
                "shell",
                "SHELL",
                f"one of {', '.join(SHELLS)}",
                choices=SHELLS,
                type=parse_choice("shell", SHELLS),
            ),
        ),
        _command(
            "schema",
            "print the JSON Schema of what a command prints",
            "Print the JSON Schema (2020-12) of what a command prints with --json; of a list, that of each"
            " line. Without NAME, list all of them. The version in $id changes if a field is removed or"
            " changes its meaning.",
            _positional(
                "name",
                "NAME",
                "a command, such as list",
                nargs="?",
                choices=OUTPUT_NAMES,
                type=parse_choice("output", OUTPUT_NAMES),
            ),
            _output("schema"),
        ),
        _command(
            "help",
            "explain newstui or a command",
            "",
            _positional("topic", "COMMAND", "the command to explain", nargs="?"),
        ),
    ),
}
"""The commands by what they are for, in the order of `newstui --help`."""

COMMAND_SYNTAXES = tuple(chain.from_iterable(COMMAND_GROUPS.values()))
