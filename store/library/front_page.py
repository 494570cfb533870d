"""The front page: the unread articles since the last visit, a line a story, for so many minutes.

Articles are gathered into stories (`store.library.story_groups`). A story goes on if something of it
was read before; it is new if several articles tell it; what stands alone comes from a feed that
seldom has anything, or is the rest. Within a section, stories are in the order of the reader's
interests (`store.library.interest`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal, NamedTuple, TypeVar

from store.library.interest import (
    Feature,
    InterestModel,
    Reason,
    choose_examples,
    iter_features,
    learn_interests,
    strongest_reasons,
)
from store.library.interest_store import LearntInterests
from store.library.listing import BATCH_SIZE
from store.library.protocol import Library, Listing
from store.library.reading_history import (
    PASSED_OVER,
    read_history,
    read_recent_events,
)
from store.library.statistics import Pace
from store.library.story_groups import group_stories
from store.library.vector_cache import ArticleVector
from store.model.article import ArticleRow
from store.model.times import DAY_SECONDS, is_dated
from store.search.list_query import ListQuery
from store.text.boilerplate import strip_boilerplate
from store.text.keywords import UNINFORMATIVE_WORDS
from store.text.markdown import strip_inline_markdown
from store.text.sentences import split_sentences
from store.text.stop_words import detect_language, stop_words
from store.text.summary import needs_sentence_before
from store.text.terms import TERM_WORD, extract_terms

SectionKind = Literal["continued", "new", "rare", "rest"]
SECTION_SHARES: Mapping[SectionKind, float] = {
    "continued": 0.35,
    "new": 0.35,
    "rare": 0.15,
    "rest": 0.15,
}
"""The sections in their order, and the share of the minutes that each gets before others may."""
MAX_PASSED_STORIES = 20
"""The stories of a section that shorter ones may overtake to fill its minutes."""
DEFAULT_MINUTES = 20
MAX_UNREAD = 5000
"""The newest unread articles that a front page is made of."""
MAX_READ = 300
"""The articles read last that tell which stories go on."""
RARE_FEED_SECONDS, RARE_FEED_ARTICLES = 30 * DAY_SECONDS, 4
"""A feed with at most so many articles in so many seconds is rare."""
MAX_PASSED_OVER = 3000
"""The articles passed over that are learnt from, the newest."""
SIZE_WEIGHT, RARITY_WEIGHT = 0.5, 1.0
"""The weight of twice as many articles of a story, and that of a feed with one article a month."""
STEP_ARTICLES = 500
"""Articles that are scored, or learnt from, between two steps."""
MAX_AUTHORED_ARTICLES = 100
"""The articles whose authors are looked up, the best by everything else."""
MAX_TEXT_CHARS = 20_000
MAX_KNOWN_ARTICLES, MAX_SEARCHED_ARTICLES = 5, 3
"""The articles of a story that were read, and those unread, whose sentences are compared."""
MIN_SENTENCE_TERMS, MIN_NEW_TERMS, MIN_NEW_SHARE = 4, 3, 0.6
"""The terms of a sentence, and the number and the share of them that are new, at least."""

NO_NEWS = ("", "")

T = TypeVar("T")


class FrontPageRequest(NamedTuple):
    """A front page that is asked for."""

    now: int
    """Seconds since 1970."""
    minutes: int = DEFAULT_MINUTES
    since: int | None = None
    """Only what was added later, in seconds since 1970; None for the last visit."""
    is_learning: bool = True
    """Whether the order follows what was read; else nothing is learnt, and what was is forgotten."""


class Preparation(NamedTuple):
    """Articles whose words are being weighed, which is done once for each."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class FrontPageStory:
    """A line of the front page."""

    lead: ArticleRow
    """Its newest unread article."""
    unread: tuple[ArticleRow, ...]
    """All of its unread articles, the newest first."""
    read: tuple[ArticleRow, ...]
    """Those that were read, the newest first."""
    minutes: int
    """To read the lead."""
    reasons: tuple[Reason, ...] = ()
    """Why it is where it is, the strongest first."""
    sentence: str = ""
    """The newest sentence that says what nothing read of it says."""
    sentence_source: str = ""
    """The article that the sentence is from."""

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the sources of the unread articles, each once."""
        return tuple(dict.fromkeys(filter(None, (row.source_name for row in self.unread))))


@dataclass(frozen=True, slots=True)
class FrontPageSection:
    """Stories of one kind, the best first."""

    kind: SectionKind
    stories: tuple[FrontPageStory, ...]


@dataclass(frozen=True, slots=True)
class FrontPage:
    """A whole front page."""

    since: int
    """Seconds since 1970; 0 if there was no visit before."""
    minutes: int
    """The minutes asked for."""
    sections: tuple[FrontPageSection, ...] = ()
    """Those with stories."""
    left_out: int = 0
    """Unread articles of the time that are on no line."""
    is_grouped: bool = True
    """False without an index: then every article stands alone."""

    @property
    def stories(self) -> list[FrontPageStory]:
        """All stories in their order."""
        return [story for section in self.sections for story in section.stories]


Steps = Generator["FrontPage | Preparation | None", None, T]


def compose_front_page(
    library: Library, request: FrontPageRequest
) -> Iterator[FrontPage | Preparation | None]:
    """Compose a front page in steps.

    Yields:
        How many articles are prepared; in the end the page; None in between.
    """
    recent = yield from read_recent_events(library, request.now)
    since = recent.last_visit if request.since is None else request.since
    learnt = yield from _learn(library, request, recent.last_visit)
    unread = library.listing(ListQuery("unread", added_after=since or None))
    yield None
    read = yield from _read_rows(library, recent.read[-MAX_READ:])
    rarity = yield from _count_lately(library, request.now)
    new = yield from _read_newest(unread)
    grouped, is_grouped = yield from _group(library, [*new, *read])
    judge = _Judge(learnt, rarity)
    stories = yield from _order_stories(library, grouped, judge)
    page = FrontPage(since, request.minutes, is_grouped=is_grouped)
    page = yield from _fill_with_news(library, page, stories, unread.total)
    yield _with_reasons(library, page, judge)


# -- what is known of the reader -------------------------------------------------------------


def _learn(library: Library, request: FrontPageRequest, last_visit: int) -> Steps[LearntInterests]:
    """Return what is known of the reader, learnt once a visit."""
    store = library.interests
    if not request.is_learning:
        store.clear()
        history = yield from read_history(library)
        return LearntInterests(pace=history.pace)
    learnt = store.read()
    if learnt.learnt_at > last_visit and learnt.learnt_at <= request.now:
        return learnt
    history = yield from read_history(library)
    passed = yield from _find_passed_over(library, last_visit)
    passed_over = dict.fromkeys(reversed(passed), PASSED_OVER)
    signals = choose_examples(passed_over | history.signals)
    authors = _find_authors(library, signals.keys() & history.signals.keys())
    examples = []
    remaining = iter(signals.items())
    while batch := dict(islice(remaining, STEP_ARTICLES)):
        yield None
        rows = library.get_rows(batch)
        for article, signal in batch.items():
            row = rows.get(article) or _deleted_row(article, library.title(article))
            examples.append((list(iter_features(row, authors.get(article, ()))), signal))
    model = yield from learn_interests(examples)
    learnt = LearntInterests(request.now, model, history.pace)
    store.save(learnt)
    return learnt


def _find_passed_over(library: Library, last_visit: int) -> Steps[list[str]]:
    """Return the unread articles that were there at the last visit, newest first."""
    unread = library.listing(ListQuery("unread"))
    found: list[str] = []
    for start in range(0, unread.total, BATCH_SIZE):
        rows = unread.window(start, BATCH_SIZE)
        found += (row.id for row in rows if row.added_at < last_visit)
        if len(found) >= MAX_PASSED_OVER:
            break
        yield None
    return found[:MAX_PASSED_OVER]


def _find_authors(library: Library, articles: Iterable[str]) -> Mapping[str, Sequence[str]]:
    return {facts.id: facts.authors for facts, _ in library.articles(articles) if facts.authors}


def _deleted_row(article: str, title: str) -> ArticleRow:
    return ArticleRow(article, title, "", 0, 0, 0, read=False, starred=False, read_count=0)


# -- what is there ---------------------------------------------------------------------------


def _read_rows(library: Library, articles: Sequence[str]) -> Steps[list[ArticleRow]]:
    """Return the rows of those articles that are read."""
    yield None
    rows = library.get_rows(articles)
    return [row for article in articles if (row := rows.get(article)) and row.read]


def _read_newest(unread: Listing) -> Steps[list[ArticleRow]]:
    """Return the newest articles of a list of unread ones, a batch in each step."""
    rows = list[ArticleRow]()
    for start in range(0, min(unread.total, MAX_UNREAD), BATCH_SIZE):
        found = unread.window(start, min(BATCH_SIZE, MAX_UNREAD - start))
        rows += (row for row in found if not row.read)
        yield None
    return rows


def _count_lately(library: Library, now: int) -> Steps[FeedRarity]:
    """Count the articles that each feed has had lately."""
    listing = library.listing(ListQuery(added_after=now - RARE_FEED_SECONDS))
    counts = Counter[str]()
    for start in range(0, listing.total, BATCH_SIZE):
        counts.update(row.feed_key for row in listing.window(start, BATCH_SIZE))
        yield None
    return FeedRarity(counts)


class FeedRarity:
    """The number of articles that each feed has had lately."""

    def __init__(self, counts: Counter[str]) -> None:
        """Take these numbers, by the keys of the feeds."""
        self._counts = counts

    def is_rare(self, row: ArticleRow) -> bool:
        """Return True if an article is from a feed that seldom has one."""
        return bool(row.feed_key) and self._counts[row.feed_key] <= RARE_FEED_ARTICLES

    def weight(self, row: ArticleRow) -> float:
        """Return how rare the feed of an article is: 1 for one article a month, falling to 0."""
        count = self._counts[row.feed_key] if row.feed_key else 0
        return 1 / math.log2(1 + count) if count else 0.0


def _group(
    library: Library, rows: Sequence[ArticleRow]
) -> Steps[tuple[list[list[ArticleRow]], bool]]:
    """Return the stories, each the newest article first, and whether they could be gathered."""
    vectors: dict[str, ArticleVector] = {}
    for found in library.vectors(rows):
        vectors |= found
        yield Preparation(len(vectors), len(rows)) if len(vectors) < len(rows) else None
    yield None
    ordered = sorted(rows, key=_time_key)
    known = library.story_numbers.read()
    weighed = {row.id: vector for row in ordered if (vector := vectors.get(row.id))}
    numbers = yield from group_stories(weighed, known)
    if numbers.keys() - known.keys() and not library.is_index_stale:
        library.story_numbers.save(numbers, known)
    stories: dict[int | str, list[ArticleRow]] = {}
    for row in reversed(ordered):
        stories.setdefault(numbers.get(row.id, row.id), []).append(row)
    return list(stories.values()), bool(vectors) or not rows


def _time_key(row: ArticleRow) -> tuple[int, str]:
    return row.timestamp if is_dated(row.timestamp) else row.added_at, row.id


# -- the order -------------------------------------------------------------------------------


class _Judge:
    """Scores stories by what is known of the reader; by size and rarity if that is nothing."""

    def __init__(self, learnt: LearntInterests, rarity: FeedRarity) -> None:
        self.pace: Pace = learnt.pace
        self._model: InterestModel = learnt.model
        self._rarity = rarity

    def score(self, rows: Sequence[ArticleRow], authors: Mapping[str, Sequence[str]]) -> float:
        """Return the score of a story by its unread articles."""
        score = SIZE_WEIGHT * math.log2(len(rows))
        score += RARITY_WEIGHT * max(map(self._rarity.weight, rows))
        if self._model.is_known:
            score += max(self._model.score(self._features(row, authors)) for row in rows)
        return score

    def explain(
        self, rows: Sequence[ArticleRow], authors: Mapping[str, Sequence[str]]
    ) -> tuple[Reason, ...]:
        """Return what counts for a story and against it: for its first article, and for all."""
        lead = rows[0]
        found = self._model.explain(self._features(lead, authors))
        reasons = [each._replace(name=_name_reason(each, lead)) for each in found]
        if len(rows) > 1:
            reasons.append(Reason("size", str(len(rows)), SIZE_WEIGHT * math.log2(len(rows))))
        if self._rarity.is_rare(lead):
            weight = RARITY_WEIGHT * self._rarity.weight(lead)
            reasons.append(Reason("rarity", lead.source_name, weight))
        return strongest_reasons(reasons)

    def kind(self, story: Sequence[ArticleRow], unread: Sequence[ArticleRow]) -> SectionKind:
        """Return the section of a story."""
        if len(unread) < len(story):
            return "continued"
        if len(unread) > 1:
            return "new"
        return "rare" if self._rarity.is_rare(unread[0]) else "rest"

    @staticmethod
    def _features(row: ArticleRow, authors: Mapping[str, Sequence[str]]) -> list[Feature]:
        return list(iter_features(row, authors.get(row.id, ())))


def _name_reason(reason: Reason, row: ArticleRow) -> str:
    """Return the name of a reason as the row has it: the feed's own, or a word of the title."""
    if reason.kind == "feed":
        return row.source_name or reason.name
    words = TERM_WORD.findall(row.title) if reason.kind == "word" else ()
    return next((word for word in words if extract_terms(word) == [reason.name]), reason.name)


OrderedStories = Mapping[SectionKind, Sequence[FrontPageStory]]


def _order_stories(
    library: Library, groups: Iterable[Sequence[ArticleRow]], judge: _Judge
) -> Steps[OrderedStories]:
    """Return the stories with something unread by section, the best first."""
    by_kind: dict[SectionKind, list[tuple[float, Sequence[ArticleRow], Sequence[ArticleRow]]]] = {
        kind: [] for kind in SECTION_SHARES
    }
    for number, story in enumerate(groups):
        if not number % STEP_ARTICLES:
            yield None
        if unread := [row for row in story if not row.read]:
            by_kind[judge.kind(story, unread)].append((judge.score(unread, {}), story, unread))
    ordered: dict[SectionKind, Sequence[FrontPageStory]] = {}
    for kind, scored in by_kind.items():
        yield None
        scored.sort(key=lambda each: (-each[0], -each[2][0].timestamp, each[2][0].id))
        best = scored[:MAX_AUTHORED_ARTICLES]
        authors = _find_authors(library, (unread[0].id for _, _, unread in best))
        again = [(judge.score(unread, authors), story, unread) for _, story, unread in best]
        again.sort(key=lambda each: (-each[0], -each[2][0].timestamp, each[2][0].id))
        ordered[kind] = [
            FrontPageStory(
                unread[0],
                tuple(unread),
                tuple(row for row in story if row.read),
                judge.pace.minutes(unread[0].words) or 1,
            )
            for _, story, unread in [*again, *scored[MAX_AUTHORED_ARTICLES:]]
        ]
    return ordered


def _with_reasons(library: Library, page: FrontPage, judge: _Judge) -> FrontPage:
    """Add to each story of a page why it is where it is."""
    authors = _find_authors(library, (story.lead.id for story in page.stories))
    return _change_stories(
        page, lambda story: replace(story, reasons=judge.explain(story.unread, authors))
    )


def _change_stories(
    page: FrontPage, change: Callable[[FrontPageStory], FrontPageStory]
) -> FrontPage:
    sections = [
        replace(section, stories=tuple(map(change, section.stories))) for section in page.sections
    ]
    return replace(page, sections=tuple(sections))


def fill_page(page: FrontPage, stories: OrderedStories, unread: int) -> FrontPage:
    """Fill a page with stories for its minutes: first the share of each section, then what fits.

    The first story is on the page however long it is.
    """
    chosen: dict[str, FrontPageStory] = {}
    left = float(page.minutes)
    for share_of in (SECTION_SHARES.__getitem__, lambda _: 1.0):
        for kind, found in stories.items():
            room = min(left, share_of(kind) * page.minutes)
            remaining = [story for story in found if story.lead.id not in chosen]
            for story in _choose_fitting(remaining, room, is_empty=not chosen):
                chosen[story.lead.id] = story
                left -= story.minutes
    sections = [
        FrontPageSection(kind, shown)
        for kind, found in stories.items()
        if (shown := tuple(story for story in found if story.lead.id in chosen))
    ]
    on_page = sum(len(story.unread) for story in chosen.values())
    return replace(page, sections=tuple(sections), left_out=unread - on_page)


def _choose_fitting(
    stories: Iterable[FrontPageStory], room: float, *, is_empty: bool
) -> Iterator[FrontPageStory]:
    """Yield the first stories that fit into so many minutes; into an empty page, any first one."""
    passed = 0
    for story in stories:
        if room < 1 and not is_empty:
            return
        if story.minutes <= room or is_empty:
            is_empty = False
            room -= story.minutes
            yield story
        elif (passed := passed + 1) > MAX_PASSED_STORIES:
            return


# -- what is new -----------------------------------------------------------------------------


def _fill_with_news(
    library: Library, page: FrontPage, stories: OrderedStories, unread: int
) -> Steps[FrontPage]:
    """Fill a page, and add to each story what is new in it; one that goes on without is left out."""
    news: dict[str, tuple[str, str]] = {}
    filled = fill_page(page, stories, unread)
    while missing := [story for story in filled.stories if story.lead.id not in news]:
        for story in missing:
            news[story.lead.id] = find_news(library, story)
            yield None
        continued = [story for story in stories["continued"] if news.get(story.lead.id) != NO_NEWS]
        stories = {**stories, "continued": continued}
        filled = fill_page(page, stories, unread)
    return _change_stories(filled, lambda story: _with_news(story, news))


def _with_news(story: FrontPageStory, news: Mapping[str, tuple[str, str]]) -> FrontPageStory:
    sentence, source = news[story.lead.id]
    return replace(story, sentence=sentence, sentence_source=source)


def find_news(library: Library, story: FrontPageStory) -> tuple[str, str]:
    """Return the newest sentence with what nothing read of a story has, and its article.

    `NO_NEWS` if there is none.
    """
    known: set[str] = set()
    for row in story.read[:MAX_KNOWN_ARTICLES]:
        known.update(extract_terms(f"{row.title}\n{_read_plain_text(library, row.id)}"))
    for row in story.unread[:MAX_SEARCHED_ARTICLES]:
        if sentence := find_new_sentence(_read_plain_text(library, row.id), known):
            return sentence, row.id
    return NO_NEWS


def find_new_sentence(text: str, known: Set[str]) -> str:
    """Return the first sentence of a text most of whose terms are not known; empty if there is none.

    One that needs the sentence before it is returned only if there is no other.
    """
    found = ""
    stops = stop_words(detect_language(text))
    for sentence in split_sentences(text):
        if _is_new(sentence, stops, known):
            if not needs_sentence_before(sentence):
                return sentence
            found = found or sentence
    return found


def _is_new(sentence: str, stops: Set[str], known: Set[str]) -> bool:
    terms = {
        term
        for term in extract_terms(sentence, stops)
        if term not in UNINFORMATIVE_WORDS and not term[0].isdigit()
    }
    return len(terms) >= MIN_SENTENCE_TERMS and (
        len(terms - known) >= max(MIN_NEW_TERMS, MIN_NEW_SHARE * len(terms))
    )


def _read_plain_text(library: Library, article: str) -> str:
    text = library.read_text(article)[:MAX_TEXT_CHARS]
    return strip_boilerplate(strip_inline_markdown(text))
