"""Examples of the commands, shown by `--help` and in the manual page; a test parses each of them."""

from __future__ import annotations

from collections.abc import Mapping

Example = tuple[str, str]
"""A command line without `newstui`, and what it does."""

TOP_EXAMPLES: tuple[Example, ...] = (
    ("import ~/articles saved-page.txt", "fill the library from files"),
    ("add https://news.example", "subscribe to the feed of a site"),
    ("", "start the reader"),
    ("list --unread --limit 5", "list the five newest unread articles"),
)

EXAMPLES: Mapping[str, tuple[Example, ...]] = {
    "import": (
        ("import ~/articles saved-page.txt", "import a folder and a file"),
        ("import --as wallabag export.json", "name the format of the file"),
    ),
    "move-in": (("move-in newsboat", "take everything from newsboat on this machine"),),
    "serve": (("serve", "print a link that opens the reader in a browser"),),
    "add": (
        ("add news.example", "subscribe to the feed of a site"),
        ("add --page https://news.example/42", "save one page as an article"),
        ("add --missing", "fetch the texts that are missing"),
    ),
    "fetch": (
        ("fetch", "fetch all feeds that are due"),
        ("fetch --quiet", "for cron: print failures only"),
        ("fetch 'Harbour news' --every 30m", "keep fetching one feed"),
    ),
    "feeds": (
        ("feeds", "list all feeds"),
        ("feeds harbour --rename 'The port' --category sea", "rename and move a feed"),
        ("feeds --import subscriptions.opml", "subscribe to the feeds of a file"),
    ),
    "list": (
        ("list --unread --limit 5", "list the five newest unread articles"),
        (
            "list 'harbour -strike newer:7d'",
            "list this week's articles about a harbour but no strike",
        ),
        ("list --format '{title}\\t{url}'", "print titles and URLs, separated by a tab"),
        ("list --starred --json", "print the starred articles as JSON"),
    ),
    "search": (
        ("search 'sarn dam'", "find the best matches, each with a snippet"),
        ("search '\"sarn dam\" -talks' --newest", "find a phrase, newest first"),
    ),
    "passages": (("passages 'sarn dam budget' --limit 2", "find the two best paragraphs"),),
    "show": (
        ("show 6f1d2c58", "print an article with its details"),
        ("show --format md 6f1d2c58", "print Markdown, for a pipe"),
    ),
    "read": (
        ("read 6f1d2c58", "print an article for reading"),
        ("read 6f1d2c58 --page", "print the whole text of its page"),
    ),
    "similar": (("similar 6f1d2c58", "list the articles most like it"),),
    "brief": (
        ("brief --minutes 10", "fill ten minutes"),
        ("brief --since 2d --format md", "print two days as Markdown"),
    ),
    "links": (("links 6f1d2c58", "list the links in its text"),),
    "story": (("story 6f1d2c58", "list the articles of its story"),),
    "open": (
        ("open 6f1d2c58", "open its page in a browser"),
        ("open 6f1d2c58 --link 2", "open the second link in its text"),
        ("open 6f1d2c58 --copy", "copy its URL"),
    ),
    "delete": (
        ("delete 6f1d2c58", "delete an article"),
        ("delete --matching 'category:sport is:read'", "delete what a query matches"),
    ),
    "undo": (("undo", "undo the last change"), ("undo --list", "list what can be undone")),
    "tags": (("tags", "list the tags"),),
    "categories": (("categories --json", "print the categories as JSON"),),
    "searches": (
        ("searches", "list the saved searches"),
        ("searches --save harbour 'harbour is:unread'", "save a search"),
    ),
    "edit": (
        ("edit 6f1d2c58 --title 'A better title'", "change the title"),
        ("edit 6f1d2c58 --tag ferry --untag later", "add one tag and remove another"),
    ),
    "mark": (
        ("mark 6f1d2c58 --read --star", "mark as read, and star"),
        ("mark --read --matching 'feed:harbour'", "mark a whole feed as read"),
        ("mark --read --from read.txt", "mark the articles that a file names"),
    ),
    "export": (
        ("export --to html -o news.html", "write one page of all articles"),
        ("export category:world --to jsonl > world.jsonl", "write a category as JSON Lines"),
        ("export --to opml -o feeds.opml", "write the feeds"),
    ),
    "backup": (
        ("backup ~/news.zip", "back up the library to a file"),
        ("backup --auto", "keep one backup a day; for cron"),
    ),
    "restore": (("restore ~/news.zip --into ~/restored", "unpack a backup into a folder"),),
    "copy": (
        ("copy ~/.local/share/newstui ~/disk/news", "copy your library to a disk"),
        ("copy ~/.local/share/newstui postgresql://ann@host/news", "copy it to a database"),
    ),
    "sync": (
        ("sync ~/disk/news", "exchange what is new with a library on a disk"),
        ("sync postgresql://ann@host/news", "exchange what is new with a library in a database"),
    ),
    "share": (
        ("share world --with bob --read-only", "let bob read the category world"),
        ("share world --stop bob", "stop sharing it with bob"),
    ),
    "compact": (("compact --dry-run", "print what would be removed"),),
    "library": (("library init postgresql://ann@host/news", "make a library in a database"),),
    "stats": (("stats", "print charts"), ("stats --json", "print all numbers")),
    "keys": (("keys --preset vim", "list the keys of a preset"),),
    "settings": (
        ("settings", "list the settings and where they come from"),
        ("settings --example > settings.toml", "write a file to start with"),
    ),
    "themes": (("themes", "list the themes"), ("themes --use sepia", "choose a theme")),
    "completion": (("completion zsh", "print the script for zsh"),),
    "schema": (("schema list", "print the JSON Schema of `newstui list --json`"),),
    "help": (("help list", "explain a command"),),
    "doctor": (
        ("doctor", "check everything"),
        ("doctor --repair", "repair damaged files, keeping the originals"),
    ),
}
