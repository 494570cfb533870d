"""A small export of every supported program, and the articles in it."""

from __future__ import annotations

import json
from typing import Any

URL = "https://news.example/ferry"


def as_csv(header: str, row: str) -> str:
    """A CSV file of one row."""
    return f"{header}\n{row}\n"


EXPORTS: dict[str, tuple[str, dict[str, Any]]] = {
    "pocket-api": (
        json.dumps(
            {
                "list": {
                    "7": {
                        "item_id": "7",
                        "given_url": f"{URL}?utm_source=x",
                        "resolved_url": URL,
                        "resolved_title": "The ferry",
                        "favorite": "1",
                        "status": "1",
                        "time_added": "1672628645",
                        "excerpt": "A ferry.",
                        "word_count": "12",
                        "tags": {"sea": {"item_id": "7", "tag": "sea"}},
                        "authors": {"1": {"name": "Ada Berg"}},
                    }
                }
            }
        ),
        {
            "read": True,
            "starred": True,
            "created": "2023-01-02T03:04:05Z",
            "summary": "A ferry.",
            "words": 12,
            "tags": ("sea",),
            "authors": ("Ada Berg",),
        },
    ),
    "newsblur": (
        json.dumps(
            {
                "stories": [
                    {
                        "story_title": "The ferry",
                        "story_permalink": URL,
                        "story_content": "<p>It sails.</p>",
                        "story_date": "2023-01-01 00:00:00",
                        "story_authors": "Ada Berg",
                        "story_tags": ["north"],
                        "user_tags": ["sea"],
                        "story_feed_title": "News &amp; Sea",
                        "starred_date": "2023-01-02 03:04:05",
                        "read_status": 1,
                    }
                ]
            }
        ),
        {
            "text": "It sails.",
            "category": "News & Sea",
            "tags": ("sea", "north"),
            "authors": ("Ada Berg",),
            "read": True,
            "starred": True,
            "date": "2023-01-01T00:00:00Z",
            "created": "2023-01-02T03:04:05Z",
        },
    ),
    "linkding": (
        json.dumps(
            {
                "results": [
                    {
                        "id": 4,
                        "url": URL,
                        "title": "",
                        "website_title": "The ferry",
                        "website_description": "A ferry.",
                        "notes": "good",
                        "is_archived": False,
                        "unread": False,
                        "tag_names": ["sea"],
                        "date_added": "2020-09-26T09:46:23.006313Z",
                    }
                ]
            }
        ),
        {
            "read": True,
            "summary": "A ferry.",
            "tags": ("sea",),
            "created": "2020-09-26T09:46:23.006313Z",
            "extra": {
                "linkding_id": 4,
                "is_archived": False,
                "unread": False,
                "annotations": [{"note": "good"}],
            },
        },
    ),
    "readwise-highlights": (
        json.dumps(
            {
                "results": [
                    {
                        "user_book_id": 1,
                        "title": "The ferry",
                        "source_url": URL,
                        "category": "articles",
                        "document_note": "good",
                        "book_tags": [{"id": 1, "name": "sea"}],
                        "highlights": [
                            {"text": "It sails.", "highlighted_at": "2023-01-02T03:04:05Z"},
                            {"text": "No.", "is_deleted": True},
                        ],
                    }
                ]
            }
        ),
        {
            "text": "> It sails.",
            "tags": ("sea",),
            "category": "",
            "extra": {
                "user_book_id": 1,
                "readwise_kind": "articles",
                "annotations": [
                    {"quote": "It sails.", "time": "2023-01-02T03:04:05Z", "position": 2},
                    {"note": "good"},
                ],
            },
        },
    ),
    "readeck": (
        json.dumps(
            [
                {
                    "id": "x1",
                    "href": "https://readeck.example/api/bookmarks/x1",
                    "url": URL,
                    "title": "The ferry",
                    "site_name": "News",
                    "description": "A ferry.",
                    "authors": ["Ada Berg"],
                    "labels": ["sea"],
                    "published": "2023-01-01T00:00:00Z",
                    "created": "2023-01-02T03:04:05Z",
                    "document_type": "article",
                    "is_archived": True,
                    "is_marked": True,
                    "read_progress": 50,
                    "lang": "en",
                }
            ]
        ),
        {
            "summary": "A ferry.",
            "read": True,
            "starred": True,
            "tags": ("sea",),
            "authors": ("Ada Berg",),
            "category": "News",
            "date": "2023-01-01T00:00:00Z",
            "created": "2023-01-02T03:04:05Z",
            "language": "en",
        },
    ),
    "feedly": (
        json.dumps(
            {
                "items": [
                    {
                        "id": "x",
                        "originId": "y",
                        "title": "The ferry",
                        "canonicalUrl": URL,
                        "content": {"content": "<p>It sails.</p>"},
                        "crawled": 1667539068000,
                        "published": 1667539060000,
                        "origin": {"title": "News &amp; Sea"},
                        "tags": [{"id": "user/c/tag/global.saved", "label": "Saved"}],
                        "categories": [{"id": "user/c/category/sea", "label": "sea"}],
                        "unread": False,
                    }
                ]
            }
        ),
        {
            "text": "It sails.",
            "read": True,
            "starred": True,
            "tags": ("sea",),
            "category": "News & Sea",
            "date": "2022-11-04T05:17:40Z",
            "created": "2022-11-04T05:17:48Z",
        },
    ),
    "instapaper-api": (
        json.dumps(
            {
                "bookmarks": [
                    {
                        "type": "bookmark",
                        "bookmark_id": 11,
                        "title": "The ferry",
                        "url": URL,
                        "description": "A ferry.",
                        "time": 1672628645,
                        "starred": "1",
                        "progress": 0.5,
                    }
                ],
                "highlights": [
                    {"highlight_id": 5, "bookmark_id": 11, "text": "It sails.", "time": 1672628645}
                ],
            }
        ),
        {
            "starred": True,
            "summary": "A ferry.",
            "created": "2023-01-02T03:04:05Z",
            "extra": {
                "instapaper_id": 11,
                "type": "bookmark",
                "progress": 0.5,
                "annotations": [{"quote": "It sails.", "time": "2023-01-02T03:04:05Z"}],
            },
        },
    ),
    "shaarli": (
        json.dumps(
            [
                {
                    "id": 1,
                    "url": URL,
                    "title": "The ferry",
                    "description": "A ferry.",
                    "tags": ["sea"],
                    "private": True,
                    "created": "2016-05-05T12:30:00+03:00",
                }
            ]
        ),
        {"summary": "A ferry.", "tags": ("sea",), "created": "2016-05-05T09:30:00Z"},
    ),
    "wallabag": (
        json.dumps(
            [
                {
                    "id": 7,
                    "title": "The ferry",
                    "url": URL,
                    "is_archived": 1,
                    "archived_at": "2022-03-02T10:00:00+0100",
                    "is_starred": 1,
                    "content": "<p>It sails.</p><p>Again.</p>",
                    "created_at": "2022-03-01T11:55:58+0200",
                    "published_at": "2022-02-28T20:04:00+0000",
                    "published_by": ["Ada Berg"],
                    "domain_name": "news.example",
                    "language": "en",
                    "tags": ["sea", "north"],
                    "annotations": [
                        {
                            "text": "Does it?",
                            "quote": "sails",
                            "created_at": "2022-03-01T11:00:00+0200",
                            "ranges": [{"start": "/p[1]", "startOffset": 3}],
                        }
                    ],
                }
            ]
        ),
        {
            "read": True,
            "starred": True,
            "last_read": "2022-03-02T09:00:00Z",
            "created": "2022-03-01T09:55:58Z",
            "date": "2022-02-28T20:04:00Z",
            "authors": ("Ada Berg",),
            "category": "news.example",
            "tags": ("sea", "north"),
            "text": "It sails.\n\nAgain.",
            "extra": {
                "wallabag_id": 7,
                "annotations": [
                    {
                        "quote": "sails",
                        "note": "Does it?",
                        "time": "2022-03-01T09:00:00Z",
                        "position": 3,
                    }
                ],
            },
        },
    ),
    "wallabag-v1": (
        json.dumps(
            [
                {
                    "id": "7",
                    "title": "The ferry",
                    "url": URL,
                    "is_read": "1",
                    "is_fav": "1",
                    "content": "<em>It</em> sails.",
                    "user_id": "1",
                }
            ]
        ),
        {
            "read": True,
            "starred": True,
            "text": "*It* sails.",
            "extra": {"wallabag_id": "7", "user_id": "1"},
        },
    ),
    "wallabag-csv": (
        as_csv(
            "Title;URL;Content;Tags;MIME Type;Language;Creation date",
            f'"The ferry";{URL};"<p>It; sails.</p>";"sea, north";text/html;en;"24/12/2021 04:05:06"',
        ),
        {"text": "It; sails.", "tags": ("sea", "north"), "created": "2021-12-24T04:05:06Z"},
    ),
    "omnivore": (
        json.dumps(
            [
                {
                    "id": "1b1f0b1e-0000-4000-8000-000000000001",
                    "slug": "the-ferry",
                    "title": "The ferry",
                    "description": "It sails.",
                    "author": "Ada Berg",
                    "url": URL,
                    "state": "Archived",
                    "labels": ["sea"],
                    "savedAt": "2023-01-02T03:04:05.678Z",
                    "publishedAt": None,
                    "readingProgress": 40,
                }
            ]
        ),
        {
            "read": True,
            "summary": "It sails.",
            "authors": ("Ada Berg",),
            "tags": ("sea",),
            "created": "2023-01-02T03:04:05.678Z",
        },
    ),
    "readwise-csv": (
        as_csv(
            "Title,URL,ID,Document tags,Saved date,Reading progress,Location,Seen",
            f"The ferry,{URL},01abc,\"['sea', 'north']\",2023-01-02 03:04:05+00:00,0.5,archive,True",
        ),
        {
            "read": True,
            "tags": ("sea", "north"),
            "created": "2023-01-02T03:04:05Z",
            "extra": {
                "readwise_id": "01abc",
                "Location": "archive",
                "Seen": "True",
                "progress": 0.5,  # there is no text of which it could be a part
            },
        },
    ),
    "readwise": (
        json.dumps(
            {
                "nextPageCursor": None,
                "results": [
                    {
                        "id": "01abc",
                        "url": "https://reader.example/01abc",
                        "source_url": URL,
                        "title": "The ferry",
                        "author": "Ada Berg",
                        "category": "article",
                        "location": "new",
                        "tags": {"sea": {"name": "sea"}},
                        "site_name": "News",
                        "word_count": 2,
                        "saved_at": "2023-01-02T03:04:05Z",
                        "published_date": "2023-01-01",
                        "summary": "A ferry.",
                        "html_content": "<p>Eight by eight.</p>",
                        "reading_progress": 0.5,
                    }
                ],
            }
        ),
        {
            "read": False,
            "category": "News",
            "summary": "A ferry.",
            "tags": ("sea",),
            "date": "2023-01-01",
            "position": 7,
            "text": "Eight by eight.",
        },
    ),
    "google-reader": (
        json.dumps(
            {
                "id": "user/-/state/com.google/starred",
                "title": "Starred",
                "items": [
                    {
                        "id": "tag:google.com,2005:reader/item/1",
                        "title": "The ferry",
                        "categories": [
                            "user/-/state/com.google/read",
                            "user/-/state/com.google/starred",
                            "user/-/label/sea",
                            "fog",
                        ],
                        "crawlTimeMsec": "1672628645000",
                        "published": 1672531200,
                        "author": "Ada Berg",
                        "canonical": [{"href": URL}],
                        "summary": {"content": "<p>It sails.</p>"},
                        "origin": {"streamId": "feed/1", "title": "News"},
                    }
                ],
            }
        ),
        {
            "read": True,
            "starred": True,
            "tags": ("sea", "fog"),
            "category": "News",
            "date": "2023-01-01T00:00:00Z",
            "created": "2023-01-02T03:04:05Z",
            "text": "It sails.",
        },
    ),
    "miniflux": (
        json.dumps(
            {
                "total": 1,
                "entries": [
                    {
                        "id": 3,
                        "title": "The ferry",
                        "url": URL,
                        "status": "read",
                        "starred": True,
                        "content": "<p>It sails.</p>",
                        "published_at": "2023-01-01T00:00:00Z",
                        "feed": {"title": "News"},
                        "tags": ["sea"],
                    }
                ],
            }
        ),
        {"read": True, "starred": True, "category": "News", "text": "It sails.", "tags": ("sea",)},
    ),
    "pocket": (
        as_csv("title,url,time_added,tags,status", f"The ferry,{URL},1672628645,sea|north,archive"),
        {"read": True, "tags": ("sea", "north"), "created": "2023-01-02T03:04:05Z"},
    ),
    "instapaper": (
        as_csv(
            "URL,Title,Selection,Folder,Timestamp,Tags",
            f'{URL},The ferry,,Harbour,1672628645,"[""sea""]"',
        ),
        {"read": False, "category": "Harbour", "tags": ("sea",), "created": "2023-01-02T03:04:05Z"},
    ),
    "matter": (
        as_csv(
            "Title,Author,Publisher,URL,Tags,Word Count,In Queue,Favorited,Read,Highlight_Count,"
            "Last Interaction Date,File Id",
            f"The ferry,Ada Berg,News,{URL},sea;north,120,True,True,False,0,2023-01-02,f1",
        ),
        {"starred": True, "read": False, "words": 120, "tags": ("sea", "north")},
    ),
    "pinboard": (
        json.dumps(
            [
                {
                    "href": URL,
                    "description": "The ferry",
                    "extended": "A ferry.",
                    "time": "2023-01-02T03:04:05Z",
                    "toread": "yes",
                    "tags": "sea north",
                }
            ]
        ),
        {"read": False, "summary": "A ferry.", "tags": ("sea", "north")},
    ),
    "raindrop-csv": (
        as_csv(
            "id,title,note,excerpt,url,folder,tags,created,cover,highlights,favorite",
            f'9,The ferry,good,A ferry.,{URL},Harbour / Boats,"sea, north",2023-01-02T03:04:05.000Z,,'
            '"Highlight:It sails.\nNote:Does it?\n\nHighlight:Again.",true',
        ),
        {
            "starred": True,
            "category": "Harbour / Boats",
            "summary": "A ferry.",
            "tags": ("sea", "north"),
            "created": "2023-01-02T03:04:05Z",
            "extra": {
                "raindrop_id": "9",
                "annotations": [
                    {"quote": "It sails.", "note": "Does it?"},
                    {"quote": "Again."},
                    {"note": "good"},
                ],
            },
        },
    ),
    "raindrop": (
        json.dumps(
            {
                "result": True,
                "items": [
                    {
                        "_id": 9,
                        "link": URL,
                        "title": "The ferry",
                        "excerpt": "A ferry.",
                        "note": "",
                        "tags": ["sea"],
                        "important": True,
                        "created": "2023-01-02T03:04:05.000Z",
                        "lastUpdate": "2023-01-03T03:04:05.000Z",
                        "highlights": [
                            {
                                "_id": "1",
                                "text": "It sails.",
                                "color": "red",
                                "created": "2023-01-03T03:04:05Z",
                            }
                        ],
                        "collection": {"$id": -1, "title": "Harbour"},
                    }
                ],
            }
        ),
        {
            "starred": True,
            "category": "Harbour",
            "updated": "2023-01-03T03:04:05Z",
            "extra": {
                "raindrop_id": 9,
                "collection": {"$id": -1, "title": "Harbour"},
                "annotations": [
                    {"quote": "It sails.", "time": "2023-01-03T03:04:05Z", "color": "red"}
                ],
            },
        },
    ),
    "google-saved": (
        as_csv("Title,Note,URL,Comment", f"The ferry,A ferry.,{URL},"),
        {"summary": "A ferry."},
    ),
    "mymind": (
        as_csv(
            "id,type,title,url,content,note,tags,created",
            f'm1,Article,The ferry,{URL},It sails.,,"sea, north",2023-01-02T03:04:05Z',
        ),
        {"text": "It sails.", "tags": ("sea", "north")},
    ),
    "zotero": (
        as_csv(
            '"Key","Item Type","Author","Title","Publication Title","Url","Abstract Note","Date",'
            '"Date Added","Manual Tags"',
            f'"K1","newspaperArticle","Berg, Ada; Holm, Per","The ferry","News","{URL}","A ferry.",'
            '"2023-01-01","2023-01-02 03:04:05","sea; north"',
        ),
        {
            "authors": ("Berg, Ada", "Holm, Per"),
            "category": "News",
            "summary": "A ferry.",
            "date": "2023-01-01",
            "tags": ("sea", "north"),
        },
    ),
    "csl": (
        json.dumps(
            [
                {
                    "id": "berg2023",
                    "type": "article-journal",
                    "title": "The ferry",
                    "container-title": "News",
                    "URL": URL,
                    "abstract": "A ferry.",
                    "author": [{"given": "Ada", "family": "Berg"}, {"literal": "The Crew"}],
                    "issued": {"date-parts": [["2023", 1, 2]]},
                    "accessed": {"date-parts": [[2023, 2, 3]]},
                    "keyword": "sea, north",
                    "note": "good",
                }
            ]
        ),
        {
            "authors": ("Ada Berg", "The Crew"),
            "category": "News",
            "summary": "A ferry.",
            "date": "2023-01-02",
            "created": "2023-02-03",
            "tags": ("sea", "north"),
        },
    ),
    "google-keep": (
        json.dumps(
            {
                "isTrashed": False,
                "isPinned": True,
                "textContent": "It *sails*.",
                "listContent": [{"text": "pack", "isChecked": True}, {"text": "go"}],
                "title": "The ferry",
                "createdTimestampUsec": 1672628645000000,
                "userEditedTimestampUsec": 1672628646000000,
                "labels": [{"name": "sea"}],
                "annotations": [{"source": "WEBLINK", "title": "Ferry", "url": URL}],
            }
        ),
        {
            "text": "It \\*sails\\*.\n- [x] pack\n- [ ] go",
            "starred": True,
            "created": "2023-01-02T03:04:05Z",
            "updated": "2023-01-02T03:04:06Z",
            "tags": ("sea",),
        },
    ),
    "tt-rss": (
        '<?xml version="1.0" encoding="utf-8"?><articles schema-version="108"><article>'
        "<guid><![CDATA[SHA1:abc]]></guid><title><![CDATA[The ferry]]></title>"
        "<content><![CDATA[<p>It sails.</p>]]></content><marked><![CDATA[1]]></marked>"
        "<published><![CDATA[0]]></published><note><![CDATA[good]]></note>"
        f"<link><![CDATA[{URL}]]></link><tag_cache><![CDATA[sea,]]></tag_cache>"
        '<label_cache><![CDATA[[["-1025","North","",""]]]]></label_cache>'
        "<feed_title><![CDATA[News]]></feed_title><updated><![CDATA[2023-01-02 03:04:05]]></updated>"
        "</article></articles>",
        {
            "text": "It sails.",
            "starred": True,
            "category": "News",
            "date": "2023-01-02T03:04:05Z",
            "tags": ("North", "sea"),
        },
    ),
    "ghost": (
        json.dumps(
            {
                "db": [
                    {
                        "meta": {"version": "5.1.0"},
                        "data": {
                            "posts": [
                                {
                                    "id": "p",
                                    "uuid": "u",
                                    "slug": "ferry",
                                    "title": "The ferry",
                                    "canonical_url": URL,
                                    "html": "<p>It sails.</p>",
                                    "plaintext": "It sails.",
                                    "status": "draft",
                                    "type": "post",
                                    "custom_excerpt": "A ferry.",
                                    "published_at": "2023-01-01T00:00:00.000Z",
                                    "created_at": "2023-01-02T03:04:05.000Z",
                                }
                            ],
                            "tags": [
                                {"id": "1", "name": "sea"},
                                {"id": "2", "name": "Harbour"},
                                {"id": "3", "name": "#internal"},
                            ],
                            "posts_tags": [
                                {"post_id": "p", "tag_id": "1", "sort_order": 1},
                                {"post_id": "p", "tag_id": "2", "sort_order": 0},
                                {"post_id": "p", "tag_id": "3", "sort_order": 2},
                                {"post_id": "p", "tag_id": "gone"},
                            ],
                            "users": [{"id": "a", "name": "Ada Berg"}],
                            "posts_authors": [{"post_id": "p", "author_id": "a"}],
                        },
                    }
                ]
            }
        ),
        {
            "text": "It sails.",
            "summary": "A ferry.",
            "category": "Harbour",
            "tags": ("sea",),
            "authors": ("Ada Berg",),
            "date": "2023-01-01T00:00:00Z",
            "created": "2023-01-02T03:04:05Z",
            "extra": {"ghost_id": "p", "uuid": "u", "slug": "ferry", "status": "draft"},
        },
    ),
    "karakeep": (
        json.dumps(
            {
                "bookmarks": [
                    {
                        "title": "The ferry",
                        "createdAt": 1672628645,
                        "archived": True,
                        "content": {"type": "link", "url": URL},
                        "tags": ["sea"],
                        "note": "good",
                    }
                ],
                "lists": [],
            }
        ),
        {"read": True, "tags": ("sea",), "extra": {"annotations": [{"note": "good"}]}},
    ),
    "toby": (
        json.dumps(
            {
                "version": 3,
                "lists": [
                    {
                        "title": "Harbour",
                        "cards": [
                            {
                                "title": "Ferry - News",
                                "url": URL,
                                "customTitle": "The ferry",
                                "customDescription": "It sails.",
                            }
                        ],
                        "labels": [],
                    }
                ],
            }
        ),
        {"category": "Harbour", "summary": "It sails."},
    ),
    "linkwarden": (
        json.dumps(
            {
                "collections": [
                    {
                        "id": 1,
                        "name": "Harbour",
                        "links": [
                            {
                                "id": 2,
                                "name": "The ferry",
                                "url": URL,
                                "tags": [{"name": "sea"}],
                                "createdAt": "2023-01-02T03:04:05.000Z",
                            }
                        ],
                    }
                ]
            }
        ),
        {"category": "Harbour", "tags": ("sea",), "created": "2023-01-02T03:04:05Z"},
    ),
}
