"""The generated challenge set: minimal pairs with known answers, on articles that no split and no embedded model has
seen.

One pair of a category per article, so that the pairs of a category are independent. All texts of an article share its
source, which a reranker with a shared prefix needs to read only once.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import lru_cache

from benchmark.reward.damage import CATEGORIES, FACT_TYPES, FALSE, other_article_hard
from benchmark.reward.pairs import ChallengeSet, Pair, Query
from benchmark.reward.phrases import phrases
from benchmark.reward.story import Draft, Story
from benchmark.reward.worlds import WORLDS, ChallengeWorld
from benchmark.tasks.newswire.articles import Article
from metrics.errors import UserError
from metrics.normalise import normalise

VERSION = 3
PER_CATEGORY = 200
TARGETS = ("th", "bo")
FIRST, NEWEST = "1", "2"
"""Versions of the world; that of the default run is the newest."""
N_CANDIDATES, N_RELEVANT = 20, 2
N_QUERIES = 100
PADDING_STEPS = 5
"""Filler sentences at the long end of the padding series."""
_LIMIT = 20_000
"""Articles after which a category that is still short is our own fault."""


def build(
    langs: Sequence[str] = ("th",), n: int = PER_CATEGORY, seed: int = 0, core: bool = True, version: str = FIRST
) -> ChallengeSet:
    """The set for zh -> each of `langs`, n pairs per category and language, deterministic by seed.

    core: the core inventory of `newswire-title`, else the whole world. version: of the world, a key of WORLDS.
    UserError for a language that the world does not have.
    """
    if unknown := [lang for lang in langs if lang not in TARGETS]:
        raise UserError(
            f"no challenge set for the target language {unknown[0]!r}; there are {' and '.join(TARGETS)}, "
            "or give --pairs"
        )
    if n < 1:
        raise UserError(f"{n} pairs per category: give at least 1")
    inventory_name = "core" if core else "full"
    out = ChallengeSet(f"newswire{version}-{inventory_name}-v{VERSION}-zh-{'+'.join(langs)}-n{n}-s{seed}", [])
    for lang in langs:
        part = _build(lang, n, seed, core, WORLDS[version])
        out.pairs += part.pairs
        out.queries += part.queries
        out.examples |= part.examples
    return out


@lru_cache(maxsize=4)
def _articles(core: bool, version: str) -> tuple[list[Article], Iterator[Article]]:
    return [], WORLDS[version].stream("challenge", core)


def _article(i: int, lang: str, core: bool, version: str) -> Article:
    """The i-th held-out article of a language. Languages take turns: a text right in one would be wrong in the
    other."""
    i = i * len(TARGETS) + TARGETS.index(lang)
    done, stream = _articles(core, version)
    while len(done) <= i:
        done.append(next(stream))
    return done[i]


def _build(lang: str, n: int, seed: int, core: bool, world: ChallengeWorld) -> ChallengeSet:
    found: dict[str, list[Pair]] = {slug: [] for slug in CATEGORIES}
    part = ChallengeSet("", [])
    window = 12
    for i in range(_LIMIT):
        missing = [slug for slug, pairs in found.items() if len(pairs) < n]
        if not missing:
            break
        article = _article(i, lang, core, world.version)
        others = tuple(_article(j, lang, core, world.version) for j in range(max(0, i - window), i + window) if j != i)
        story = Story(article, lang, world, core, others, random.Random(f"{seed}:{lang}:{i}"))
        made = []
        for slug in missing:
            draft = CATEGORIES[slug](story)
            if draft is not None and normalise(draft.better) != normalise(draft.worse):
                made.append((slug, draft))
        # One text is never right in one pair and wrong in another.
        right = {normalise(d.better) for _, d in made}
        made = [(slug, d) for slug, d in made if normalise(d.worse) not in right]
        for slug, draft in made:
            found[slug].append(_pair(f"{lang}-{slug}-{i:05d}", slug, story, draft))
        if made:
            part.examples[story.source, lang] = story.example(f"challenge-{lang}-{i:05d}")
        if len(part.queries) < min(N_QUERIES, n):
            part.queries += _query(
                f"{lang}-{i:05d}", story, [d.worse for slug, d in made if slug in FALSE and d.better == story.title]
            )
    else:
        raise RuntimeError(f"challenge set: {_LIMIT} articles gave too few pairs of {', '.join(missing)}")
    part.pairs = [pair for pairs in found.values() for pair in pairs]
    return part


def _pair(identity: str, slug: str, story: Story, d: Draft) -> Pair:
    fact_type = d.fact_type or FACT_TYPES.get(slug)
    return Pair(identity, story.source, d.better, d.worse, slug, "zh", story.lang, d.severity, fact_type, d.changed)


def _query(identity: str, story: Story, wrong: list[str]) -> list[Query]:
    """Two right titles among wrong ones: this story's damaged titles (no longer text) first, then same event and place
    with other values."""
    right = list(dict.fromkeys([story.title, story.reference]))
    texts = list(dict.fromkeys(w for w in wrong if w not in right))
    for _ in range(60):
        if len(texts) >= N_CANDIDATES - len(right):
            break
        draft = other_article_hard(story, named=False)
        if draft is not None and draft.worse not in texts and draft.worse not in right:
            texts.append(draft.worse)
    texts = texts[: N_CANDIDATES - len(right)]
    if len(right) != N_RELEVANT or len(right) + len(texts) < N_CANDIDATES:
        return []
    # Wrong ones first: in a stable sort a tie is then never decided for the right one by its place in the list.
    return [Query(identity, story.source, (*texts, *right), (0.0,) * len(texts) + (1.0,) * len(right), story.lang)]


def padding_series(pairs: Sequence[Pair], n_sources: int = 100) -> list[tuple[str, str, list[str]]]:
    """(source, language, [text, text + 1 filler, ... text + PADDING_STEPS fillers]): words are added, no fact."""
    out: dict[tuple[str, str], list[str]] = {}
    for pair in pairs:
        fillers = phrases()["filler"].get(pair.target_lang)
        if fillers and len(out) < n_sources and (pair.source, pair.target_lang) not in out:
            order = random.Random(pair.source).sample(fillers, PADDING_STEPS)
            out[pair.source, pair.target_lang] = [" ".join([pair.better, *order[:k]]) for k in range(PADDING_STEPS + 1)]
    return [(source, lang, texts) for (source, lang), texts in out.items()]
