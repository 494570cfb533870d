"""The elements of HTML, by what becomes of them in a text."""

from __future__ import annotations

from store.text.html_media import EMBED_PAGES

SKIPPED_TAGS = frozenset(
    str.split(
        "script style frameset noframes template svg applet rp"
        " canvas head title link meta base button input select textarea"
        " datalist dialog nav"
    )
)
HEADING_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
BLOCK_TAGS = HEADING_TAGS | frozenset(
    str.split(
        "p div section article main header footer aside address figure figcaption hgroup hr center"
        " ul ol menu dl dt dd li blockquote pre xmp listing plaintext table caption tr details summary"
        " form fieldset legend"
    )
)
LIST_TAGS = frozenset({"ul", "ol", "menu"})
PRE_TAGS = frozenset({"pre", "xmp", "listing", "plaintext"})
LINE_TAGS = BLOCK_TAGS - PRE_TAGS
"""Blocks that are lines inside of a listing."""
CELL_TAGS = frozenset({"td", "th"})
PICTURE_TAGS = frozenset({"img", "amp-img", "amp-anim"})
EMBED_TAGS = frozenset(EMBED_PAGES) | frozenset(
    str.split("iframe frame video audio embed object amp-iframe amp-video amp-audio")
)
LEAF_TAGS = EMBED_TAGS | PICTURE_TAGS | {"area", "math", "noscript", "input", "script"}
"""Elements that are written as a whole, whatever is inside them."""
VOID_TAGS = frozenset(
    str.split("br img hr input meta link source col area track wbr embed base param")
)
UNNESTED_TAGS = frozenset(
    str.split(
        "p li br img hr input meta link tr td th dt dd option wbr source col area track embed"
    )
)
STRIKE_TAGS = frozenset({"del", "s", "strike"})
ABBREVIATION_TAGS = frozenset({"abbr", "acronym", "dfn"})
KNOWN_TAGS = (
    BLOCK_TAGS
    | LEAF_TAGS
    | SKIPPED_TAGS
    | VOID_TAGS
    | CELL_TAGS
    | STRIKE_TAGS
    | frozenset(
        str.split(
            "html body a b strong i em q code sup sub u ins mark small big font span kbd samp var tt cite abbr dfn"
            " time map ruby rb rt picture source tbody thead tfoot colgroup label bdi bdo"
        )
    )
)
"""Tags that are HTML wherever they stand; others in a text may be meant literally."""
RARE_TAGS = frozenset(
    str.split(
        "acronym basefont bgsound blink data image isindex keygen marquee meter nobr noembed optgroup option"
        " output progress rtc search slot spacer path"
    )
)
