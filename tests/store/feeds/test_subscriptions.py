"""`feeds.opml`, which any program or person may have written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.feeds.folder_feeds import FolderFeedStore
from store.feeds.subscriptions import (
    Subscription,
    find_subscription_copies,
    move_subscription,
    parse_opml,
    read_subscriptions,
    update_subscriptions,
)
from store.model.errors import InvalidInput, LibraryDamaged

HAND = b"""<?xml version="1.0"?>
<!-- kept on the desk -->
<opml version="2.0" xmlns:frss="https://freshrss.example/opml">
 <head><title>Mine</title><ownerName>Ada</ownerName></head>
 <body>
  <!-- mornings -->
  <outline text="news">
   <outline text="Coast" type="rss" xmlUrl="https://coast.example/rss" frss:priority="main"/>
   <outline text="far">
    <outline title="Strand" xmlUrl="https://strand.example/rss" htmlUrl="https://strand.example/"
      paused="yes" wholePage="true" formerly="http://a.example/ http://b.example/"/>
   </outline>
  </outline>
  <outline xmlUrl="https://ada:secret@bare.example/feed"/>
  <outline text="Coast again" xmlUrl="https://coast.example/rss"/>
  <outline text="a note"/>
 </body>
</opml>
"""


def opml(*outlines: str) -> bytes:
    return f'<opml version="2.0"><body>{"".join(outlines)}</body></opml>'.encode()


def test_a_file_written_by_hand_is_parsed() -> None:
    coast, strand, bare = parse_opml(HAND)
    assert (coast.title, coast.category, coast.paused) == ("Coast", "news", False)
    assert (strand.title, strand.category, strand.site) == (
        "Strand",
        "news/far",
        "https://strand.example/",
    )
    assert (strand.paused, strand.whole_page, strand.key) == (True, True, "http://a.example/")
    assert (bare.display_name, bare.key) == ("…@bare.example/feed", "https://bare.example/feed")


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("", 0),
        ("90", 90),
        ("0", 0),
        ("-5", 0),
        ("1e9", 0),
        ("9" * 9, 527_040),
        ("9" * 5000, 0),
        ("٤", 0),
    ],
)
def test_the_interval_of_a_feed(written: str, minutes: int) -> None:
    (feed,) = parse_opml(opml(f'<outline xmlUrl="https://a.example/" every="{written}"/>'))
    assert feed.interval == minutes


def test_an_interval_is_written(tmp_path: Path) -> None:
    update_subscriptions(tmp_path, [Subscription("https://a.example/", "A", interval=90)])
    assert [each.interval for each in read_subscriptions(tmp_path)] == [90]
    update_subscriptions(tmp_path, [Subscription("https://a.example/", "A")])
    assert b"every" not in (tmp_path / "feeds.opml").read_bytes()


def test_changes_keep_what_others_wrote() -> None:
    subscriptions = parse_opml(HAND)
    coast, strand, _ = subscriptions
    assert b"Coast again" in subscriptions.to_bytes()
    subscriptions.put(Subscription(coast.url, "The coast", "sea", paused=True))
    subscriptions.put(Subscription("https://new.example/feed", "New", "news/far"))
    subscriptions.remove(strand)
    text = subscriptions.to_bytes().decode()
    for kept in ("<ownerName>Ada</ownerName>", "mornings", "a note", 'ns0:priority="main"'):
        assert kept in text.replace("frss:", "ns0:")
    again = list(parse_opml(text.encode()))
    assert [(each.title, each.category) for each in again] == [
        ("New", "news/far"),
        ("", ""),
        ("The coast", "sea"),
    ]


def test_only_web_feeds_are_subscribed_to() -> None:
    """Case 103: commands, files and invalid URLs are reported, and kept in the file."""
    bad = ("exec:~/x.sh", "filter:a:b", "|cmd", "file:///etc/passwd", "http://", "https://a b:x/")
    outlines = [f'<outline text="n{n}" xmlUrl="{url}"/>' for n, url in enumerate(bad)]
    subscriptions = parse_opml(opml(*outlines, '<outline xmlUrl="https://ok.example/"/>'))
    assert [each.url for each in subscriptions] == ["https://ok.example/"]
    assert [each.location for each in subscriptions.rejected] == [f"n{n}" for n in range(len(bad))]
    assert b"exec:~/x.sh" in subscriptions.to_bytes()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (
            b"<opml>\n<<<<<<< HEAD\n<outline/>\n=======\n>>>>>>> x\n</opml>",
            r"merge conflict \(line 2\)",
        ),
        (b"{}", "not OPML"),
        (b"<html/>", "not OPML"),
        (b"<opml><body><outline></opml>", "line 1, column 24"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><opml/>', "entities"),
        (opml("<outline>" * 10_000 + "</outline>" * 10_000), "too deeply"),
    ],
    ids=("empty", "merge", "json", "html", "torn", "entities", "deep"),
)
def test_invalid_files_are_rejected(data: bytes, reason: str) -> None:
    """Cases 93 and 104: in one line, whatever it is."""
    with pytest.raises(InvalidInput, match=reason):
        parse_opml(data)


FEED_A, FEED_B = (f'<outline text="{name}" xmlUrl="https://{name}.example/"/>' for name in "ab")


@pytest.mark.parametrize(
    "document",
    [
        f"<opml>{FEED_A}{FEED_B}</opml>",
        f"<opml><head/><body>{FEED_A}</body><body>{FEED_B}</body></opml>",
        f"<opml><body>{FEED_A}</body>{FEED_B}</opml>",
        f"<opml><body><outline/><outline>{FEED_A}<outline text=''>{FEED_B}</outline></outline></body></opml>",
    ],
    ids=("no body", "two bodies", "outside", "without names"),
)
def test_feeds_are_found_wherever_they_are(document: str) -> None:
    subscriptions = parse_opml(document.encode())
    assert [(each.title, each.category) for each in subscriptions] == [("a", ""), ("b", "")]
    first, second = subscriptions
    subscriptions.remove(first)
    subscriptions.put(Subscription(second.url, "B", "x"))
    again = parse_opml(subscriptions.to_bytes())
    assert [(each.title, each.category) for each in again] == [("B", "x")]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("R&amp;amp;D", "R&D"),
        ("Caf&amp;eacute; &amp;#8211; bar", "Café – bar"),
        ("&lt;b&gt;Bold&lt;/b&gt; news", "Bold news"),
        ("List&lt;String&gt;", "List<String>"),
        ("a &lt; b &amp; c", "a < b & c"),
    ],
)
def test_names_with_markup(text: str, title: str) -> None:
    """Of feeds and of folders."""
    feed = f'<outline text="{text}" xmlUrl="https://a.example/"/>'
    (found,) = parse_opml(opml(f'<outline text="{text}">{feed}</outline>'))
    assert (found.title, found.category) == (title, title)


@pytest.mark.parametrize("name", ["url", "xmlUrl"])
def test_included_lists_are_no_feeds(name: str) -> None:
    outline = f'<outline text="More" type="include" {name}="https://a.example/more.opml"/>'
    subscriptions = parse_opml(opml(outline, FEED_A))
    assert [each.title for each in subscriptions] == ["a"]
    assert [each.location for each in subscriptions.rejected] == ["More"]
    assert b"more.opml" in subscriptions.to_bytes()


def test_a_very_long_file_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 104: the number of feeds is limited."""
    monkeypatch.setattr("store.feeds.subscriptions.MAX_SUBSCRIPTIONS", 100)
    many = "".join(f'<outline xmlUrl="https://e{n}.example/"/>' for n in range(2000))
    assert sum(1 for _ in parse_opml(opml(many))) == 100


def test_a_damaged_file_is_not_changed(tmp_path: Path) -> None:
    """Case 13: it is left as it is until the user repairs it."""
    file = tmp_path / "feeds.opml"
    file.write_bytes(b"<opml><body>")
    with pytest.raises(LibraryDamaged, match=r"feeds\.opml: not OPML \(line 1"):
        update_subscriptions(tmp_path, put=[Subscription("https://a.example/")])
    assert file.read_bytes() == b"<opml><body>"


def test_no_change_writes_nothing(tmp_path: Path) -> None:
    feed = Subscription("https://a.example/", "A", "x")
    update_subscriptions(tmp_path, put=[feed])
    before = (tmp_path / "feeds.opml").stat()
    assert before.st_mode & 0o777 == 0o600
    update_subscriptions(tmp_path, put=[feed], remove=[Subscription("https://b.example/")])
    assert (tmp_path / "feeds.opml").stat().st_mtime_ns == before.st_mtime_ns
    assert list(read_subscriptions(tmp_path)) == [feed]


def test_a_feed_that_moves_keeps_its_key(tmp_path: Path) -> None:
    feed = Subscription("https://a.example/", "A")
    update_subscriptions(tmp_path, put=[feed])
    new = move_subscription(move_subscription(feed, "https://b.example/"), "https://c.example/")
    update_subscriptions(tmp_path, put=[new])
    (kept,) = read_subscriptions(tmp_path)
    assert (kept.url, kept.key) == ("https://c.example/", "https://a.example/")
    assert FolderFeedStore(tmp_path, tmp_path / "cache").find("https://b.example/") == kept


def test_a_feed_is_found_by_url_or_part_of_its_name(tmp_path: Path) -> None:
    book = FolderFeedStore(tmp_path, tmp_path / "cache")
    coast = Subscription("https://coast.example/rss", "Coast News")
    strand = Subscription("https://strand.example/rss", "The Strand")
    book.update(put=[coast, strand])
    assert book.find("coast") == book.find("https://coast.example/rss#x") == coast
    assert book.find("The Strand") == strand
    with pytest.raises(InvalidInput, match="2 feeds match “rss”"):
        book.find("rss")
    with pytest.raises(InvalidInput, match="no feed matches “moon”"):
        book.find("moon")


words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=9)


@given(st.lists(st.tuples(words, words, st.booleans()), max_size=5))
def test_saved_feeds_are_read_again(entries: list[tuple[str, str, bool]]) -> None:
    subscriptions = parse_opml(opml())
    feeds = [
        Subscription(f"https://e{n}.example/", title, category.replace("/", "-"), paused=paused)
        for n, (title, category, paused) in enumerate(entries)
    ]
    for each in feeds:
        subscriptions.put(each)
    read = {each.url: each for each in parse_opml(subscriptions.to_bytes())}
    for each in feeds:
        assert (read[each.url].paused, read[each.url].key) == (each.paused, each.key)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        (
            'text="A & B" xmlUrl="https://a.example/?x=1&y=2"',
            ("https://a.example/?x=1&y=2", "A & B"),
        ),
        ('text="Caf&eacute;" xmlUrl="https://a.example/"', ("https://a.example/", "Café")),
        ('text="a < b" xmlUrl="https://a.example/"', ("https://a.example/", "a < b")),
        ('TEXT="A" xmlURL="https://a.example/"', ("https://a.example/", "A")),
        ('title="A" type="rss" url="https://a.example/"', ("https://a.example/", "A")),
        ('text="A" xmlUrl="feed://a.example/rss"', ("http://a.example/rss", "A")),
        ('text="A" xmlUrl="feed:https://a.example/rss"', ("https://a.example/rss", "A")),
        ('text="A" xmlUrl="itpc://a.example/rss"', ("http://a.example/rss", "A")),
        ('text="A" xmlUrl="a.example/rss"', ("https://a.example/rss", "A")),
        ('text="A" xmlUrl="//a.example/rss"', ("https://a.example/rss", "A")),
        (
            'text="https://a.example/rss" xmlUrl="https://a.example/rss"',
            ("https://a.example/rss", ""),
        ),
        ('text="a.example/rss/" xmlUrl="https://a.example/rss"', ("https://a.example/rss", "")),
    ],
)
def test_outlines_as_other_programs_write_them(attributes: str, expected: tuple[str, str]) -> None:
    (feed,) = parse_opml(opml(f"<outline {attributes}/>"))
    assert (feed.url, feed.title) == expected


def test_names_of_elements_in_capitals() -> None:
    (feed,) = parse_opml(
        b'<OPML version="1.0"><BODY><OUTLINE TEXT="News"><OUTLINE XMLURL="https://a.example/"/>'
        b"</OUTLINE></BODY></OPML>"
    )
    assert (feed.url, feed.category) == ("https://a.example/", "News")


@pytest.mark.parametrize(
    ("category", "folder", "expected"),
    [
        ("/News", "", ("News", ())),
        ("News,tech", "", ("News", ("tech",))),
        ("/News/World, tech", "", ("News/World", ("tech",))),
        ("/News,tech", "News", ("News", ("tech",))),
        ("tech", "News", ("News", ("tech",))),
        (" , /", "", ("", ())),
    ],
)
def test_categories_of_opml_are_folder_and_tags(
    category: str, folder: str, expected: tuple[str, tuple[str, ...]]
) -> None:
    outline = f'<outline text="A" xmlUrl="https://a.example/" category="{category}"/>'
    within = f'<outline text="{folder}">{outline}</outline>' if folder else outline
    (feed,) = parse_opml(opml(within))
    assert (feed.category, feed.tags) == expected
    subscriptions = parse_opml(opml(within))
    subscriptions.put(feed)
    assert list(parse_opml(subscriptions.to_bytes())) == [feed]


def test_credentials_are_neither_a_title_nor_in_a_public_copy() -> None:
    url = "https://ann:secret@a.example/f"
    subscriptions = parse_opml(opml(f'<outline text="{url}" title="{url}" xmlUrl="{url}"/>'))
    (feed,) = subscriptions
    assert (feed.title, feed.display_name, feed.url) == ("", "…@a.example/f", url)
    assert subscriptions.has_credentials
    assert b"secret" not in subscriptions.to_bytes(with_credentials=False)
    assert b"secret" in subscriptions.to_bytes()


def test_a_move_keeps_the_credentials_on_the_same_host_only() -> None:
    feed = Subscription("https://ann:secret@a.example/f")
    assert move_subscription(feed, "https://a.example/g").url == "https://ann:secret@a.example/g"
    assert move_subscription(feed, "https://b.example/g").url == "https://b.example/g"


@pytest.mark.parametrize("data", [HAND.decode().replace('<?xml version="1.0"?>\n', "")])
def test_opml_in_utf_16_is_imported(tmp_path: Path, data: str) -> None:
    store = FolderFeedStore(tmp_path, tmp_path / "cache")
    assert store.import_subscriptions(data.encode("utf-16")).new == 3


@pytest.mark.parametrize(
    ("urls", "new"),
    [
        (("https://a.example/feed", "http://a.example/feed"), 1),
        (("http://www.a.example/feed/", "https://a.example/feed"), 1),
        (("https://a.example", "https://www.a.example/?utm_source=x#top"), 1),
        (("feed://a.example/feed", "https://A.example:443/feed"), 1),
        (("https://a.example/feed", "https://a.example/Feed"), 2),
        (("https://a.example/feed?id=1", "https://a.example/feed?id=2"), 2),
        (("https://a.example/feed", "https://b.a.example/feed"), 2),
        (("https://a.example/feed", "https://a.example:8443/feed"), 2),
    ],
)
def test_urls_of_one_feed_are_one_subscription(
    tmp_path: Path, urls: tuple[str, str], new: int
) -> None:
    """In one file, in two files, and when it is looked for."""
    together = FolderFeedStore(tmp_path / "together", tmp_path / "cache")
    outlines = [f'<outline text="N" xmlUrl="{url}"/>' for url in urls]
    assert together.import_subscriptions(opml(*outlines)).new == new
    apart = FolderFeedStore(tmp_path / "apart", tmp_path / "cache")
    assert sum(apart.import_subscriptions(opml(each)).new for each in outlines) == new
    assert together.subscriptions() == apart.subscriptions()
    assert {together.find(url).url for url in urls} == {each.url for each in apart.subscriptions()}


# -- sync-conflict copies ------------------------------------------------------------------

A, B = (f'<outline text="{n}" xmlUrl="https://{n}.example/feed"/>' for n in "ab")


@pytest.mark.parametrize(
    "name",
    [
        "feeds.sync-conflict-20261122-130500-ABCDEFG.opml",
        "feeds (Ada's conflicted copy 2026-11-22).opml",
        "feeds (conflicted copy 2026-11-22 130500).opml",
        "feeds_conflict-20261122-130500.opml",
        "feeds-DESK.opml",
        "feeds-conflict-20261122.opml",
        "feeds[Conflict].opml",
        "feeds 2.opml",
        "feeds (1).opml",
        "feeds~1.opml",
    ],
)
@pytest.mark.parametrize(
    ("data", "missing", "problem"),
    [
        (opml(A), [], ""),
        (opml(B, A), ["b"], ""),
        (opml(), [], ""),
        (b"\xef\xbb\xbf" + opml(A, B).replace(b"><", b">\r\n<"), ["b"], ""),
        (b"", [], "the file is empty"),
    ],
)
def test_copies_are_compared(
    tmp_path: Path, name: str, data: bytes, missing: list[str], problem: str
) -> None:
    (tmp_path / "feeds.opml").write_bytes(opml(A))
    (tmp_path / name).write_bytes(data)
    [copy] = find_subscription_copies(tmp_path)
    assert (copy.path, copy.problem) == (tmp_path / name, problem)
    assert [each.title for each in copy.missing] == missing
    assert (tmp_path / "feeds.opml").read_bytes() == opml(A)


@pytest.mark.parametrize("name", ["feeds.opml", "my-feeds.opml", "feeds-old.opml", "feeds2.opml"])
def test_other_files_are_no_copies(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(opml(A))
    assert list(find_subscription_copies(tmp_path)) == []


@pytest.mark.parametrize("change", [lambda data: b"\xef\xbb\xbf" + data, lambda data: data])
def test_line_ends_of_others(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    """As git checks it out, or an editor saves it; what is added later is read as well."""
    (tmp_path / "feeds.opml").write_bytes(change(HAND.replace(b"\n", b"\r\n")))
    assert list(read_subscriptions(tmp_path)) == list(parse_opml(HAND))
    update_subscriptions(tmp_path, [Subscription("https://new.example/feed", "New")])
    assert len(list(read_subscriptions(tmp_path))) == 4
