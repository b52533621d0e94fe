"""The newswire world: generated Chinese news with known facts, and the four tasks built on the same facts.

Data files a native speaker can correct are in `data/`; the grammar engine is in `articles.py`; what is held out of
D_para is in `splits.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from benchmark.tasks import Task
from benchmark.tasks.newswire.articles import Article, body, facts, title
from benchmark.tasks.newswire.splits import WORLD_VERSION, article_stream
from metrics.errors import UserError
from metrics.records import Example, Fact
from metrics.stages import SPLITS

TITLE_PROMPTS = {
    "th": "请根据下面的中文新闻，写一条泰语新闻标题。\n\n新闻：{source}\n\n泰语标题：",
    "bo": "请根据下面的中文新闻，写一条藏语新闻标题。\n\n新闻：{source}\n\n藏语标题：",
}
LONG_PROMPT = "请把下面的中文新闻翻译成泰语。\n\n新闻：{source}\n\n泰语译文："
SHORT_PROMPT = "请把下面的中文新闻标题翻译成泰语。\n\n标题：{source}\n\n泰语标题："
SIZES = {"para": 300, "src": 3000, "dev": 200, "test": 500}
"""Default sizes; D_para : D_src keeps the paper's 1 : 10. The test size is a constant of the task version."""
LONG_SIZES = SIZES | {"dev": 50, "test": 100}
LONG_MIN_CHARS = 500


def _check(split: str) -> None:
    if split not in SPLITS:
        raise UserError(f"unknown split {split!r}; the newswire tasks have {', '.join(SPLITS)}")


def _meta(article: Article, split: str, core: bool) -> dict[str, object]:
    return {
        "frame": article.frame.id,
        "domain": article.frame.domain,
        "split": split,
        "inventory": "core" if core else "full",
    }


def title_example(article: Article, index: int, split: str, lang: str, core: bool, name: str) -> Example:
    """An article as source, its gold title as reference. D_src has no reference."""
    reference = None if split == "src" else (title(article, lang),)
    return Example(
        f"{name}-{split}-{index:05d}",
        body(article, "zh"),
        reference,
        tuple(facts(article, lang)),
        "zh",
        lang,
        f"{split}-{index:05d}",
        _meta(article, split, core),
    )


def _load_titles(name: str, lang: str, core: bool, split: str, n: int | None) -> list[Example]:
    _check(split)
    return [
        title_example(a, i, split, lang, core, name)
        for i, a in enumerate(islice(article_stream(split, core), n or SIZES[split]))
    ]


def _load_short(split: str, n: int | None = None) -> list[Example]:
    _check(split)
    out = []
    for i, a in enumerate(islice(article_stream(split, True), n or SIZES[split])):
        stated = tuple(Fact(f.type, f.source, f.target, 1.0) for f in facts(a, "th") if f.salient)
        reference = None if split == "src" else (title(a, "th"),)
        out.append(
            Example(
                f"short-{split}-{i:05d}",
                title(a, "zh"),
                reference,
                stated,
                "zh",
                "th",
                f"{split}-{i:05d}",
                _meta(a, split, True),
            )
        )
    return out


def _passages(split: str) -> Iterator[list[Article]]:
    """Runs of consecutive articles that together hold more than LONG_MIN_CHARS Chinese characters."""
    group: list[Article] = []
    for article in article_stream(split, True, sentences=(8, 10)):
        group.append(article)
        if sum(len(body(a, "zh")) for a in group) > LONG_MIN_CHARS:
            yield group
            group = []


def _load_long(split: str, n: int | None = None) -> list[Example]:
    _check(split)
    out = []
    for i, group in enumerate(islice(_passages(split), n or LONG_SIZES[split])):
        stated: dict[tuple[str, tuple[str, ...]], Fact] = {}
        for article in group:
            for f in facts(article, "th"):
                stated.setdefault(
                    (f.type, f.target), Fact(f.type, f.source, f.target, 1.0)
                )  # a translation has to state everything
        source, reference = "".join(body(a, "zh") for a in group), " ".join(body(a, "th") for a in group)
        out.append(
            Example(
                f"long-{split}-{i:05d}",
                source,
                None if split == "src" else (reference,),
                tuple(stated.values()),
                "zh",
                "th",
                f"{split}-{i:05d}",
                _meta(group[0], split, True),
            )
        )
    return out


def title_task() -> Task:
    """zh -> th titles, core inventory."""
    return Task(
        "newswire-title",
        "zh",
        "th",
        WORLD_VERSION,
        TITLE_PROMPTS["th"],
        lambda split, n=None: _load_titles("title", "th", True, split, n),
    )


def title_full_task() -> Task:
    """zh -> th titles, the whole world."""
    return Task(
        "newswire-title-full",
        "zh",
        "th",
        WORLD_VERSION,
        TITLE_PROMPTS["th"],
        lambda split, n=None: _load_titles("titlefull", "th", False, split, n),
    )


def title_bo_task() -> Task:
    """zh -> bo titles, core inventory."""
    return Task(
        "newswire-title-bo",
        "zh",
        "bo",
        WORLD_VERSION,
        TITLE_PROMPTS["bo"],
        lambda split, n=None: _load_titles("titlebo", "bo", True, split, n),
    )


def long_task() -> Task:
    """zh -> th translation of passages over 500 characters."""
    return Task("newswire-long", "zh", "th", WORLD_VERSION, LONG_PROMPT, _load_long)


def short_task() -> Task:
    """zh -> th translation of titles."""
    return Task("newswire-short", "zh", "th", WORLD_VERSION, SHORT_PROMPT, _load_short)
