"""Compare the scores of similar articles with what people judged (Lee, Pincombe and Welsh 2005).

The folder has `lee.cor` and `lee_background.cor`, a text a line, and `similarities0-1.txt`, how
similar each pair of the fifty texts of the first is to people. The library has all 350 texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import correlation
from typing import TYPE_CHECKING

from store.search.similar import SimilarArticleFinder

if TYPE_CHECKING:
    from store.library.folder import FolderLibrary
    from store.model.article import FullArticle
    from store.search.article_embeddings import ArticleEmbeddings


def read_texts(folder: Path) -> tuple[list[str], list[str]]:
    """Return the texts that were judged, and the others."""
    judged, others = (
        list(filter(str.strip, (folder / name).read_text("utf-8", "replace").split("\n")))
        for name in ("lee.cor", "lee_background.cor")
    )
    return judged, others


def read_judgements(folder: Path) -> list[list[float]]:
    """Return the judged similarity of each text to those after it, from 0 to 1."""
    lines = (folder / "similarities0-1.txt").read_text().splitlines()
    return [[float(each) for each in line.split()] for line in lines]


def score_pairs(
    library: FolderLibrary,
    entries: Sequence[FullArticle],
    embeddings: ArticleEmbeddings | None,
) -> list[list[float]]:
    """Return the score of each of some articles as a similar article of each other one."""
    engine = library.index_engine
    index = engine.current_index()
    if index is None:
        raise ValueError("the library has no index")
    rows = [row for entry in entries if (row := library.get_row(entry.article.id))]
    finder = SimilarArticleFinder(index, engine.row_by_number, engine.read_text, embeddings)
    return [finder.compare(entry.article, entry.body, rows) for entry in entries]


def correlate(scores: Sequence[Sequence[float]], judged: Sequence[Sequence[float]]) -> float:
    """Return Pearson's correlation over all pairs, each with the mean of its two scores."""
    ours, theirs = zip(*_pairs(scores, judged), strict=True)
    return correlation(ours, theirs)


def _pairs(
    scores: Sequence[Sequence[float]], judged: Sequence[Sequence[float]]
) -> Iterator[tuple[float, float]]:
    for one in range(len(judged)):
        for other in range(one):
            yield (scores[one][other] + scores[other][one]) / 2, judged[other][one]
