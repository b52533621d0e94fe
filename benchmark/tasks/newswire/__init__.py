"""The newswire world: generated Chinese news with known facts, and the four tasks built on the same facts.

Data files a native speaker can correct are in `data/`; the grammar engine is in `articles.py`; what is held out of
D_para is in `splits.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from benchmark.tasks import Task
from benchmark.tasks.newswire.articles import Article, body, title, titles
from benchmark.tasks.newswire.gold import facts
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
    own: dict[str, object] = {"world": "2"} if article.more else {}
    return own | {
        "frame": article.frame.id,
        "domain": article.frame.domain,
        "split": split,
        "inventory": "core" if core else "full",
    }


def title_example(article: Article, index: int, split: str, lang: str, core: bool, name: str) -> Example:
    """An article as source, its gold title as reference. D_src has no reference."""
    reference = None if split == "src" else titles(article, lang)
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


@dataclass(frozen=True, slots=True)
class World:
    """A version of the world: what its tasks are made from."""

    version: str
    mark: str
    """Behind the names of its tasks; empty for world 1."""
    stream: Callable[[str, bool], Iterator[Article]]
    """stream(split, core): its articles without end."""
    long_stream: Callable[[str], Iterator[Article]]
    """Articles of passages to be translated."""
    profile: str
    """Shipped profile whose models know this world."""

    def prefix(self, name: str) -> str:
        """How the ids of a task's examples begin."""
        return name + self.mark.removeprefix("@")


WORLD_1 = World(
    WORLD_VERSION, "", article_stream, lambda split: article_stream(split, True, sentences=(8, 10)), "world1"
)


def load_titles(world: World, name: str, lang: str, core: bool) -> Callable[..., list[Example]]:
    """The loader of a task of titles."""

    def load(split: str, n: int | None = None) -> list[Example]:
        _check(split)
        return [
            title_example(a, i, split, lang, core, world.prefix(name))
            for i, a in enumerate(islice(world.stream(split, core), n or SIZES[split]))
        ]

    return load


def load_short(world: World) -> Callable[..., list[Example]]:
    """The loader of the task of translated titles."""

    def load(split: str, n: int | None = None) -> list[Example]:
        _check(split)
        out = []
        for i, a in enumerate(islice(world.stream(split, True), n or SIZES[split])):
            stated = tuple(Fact(f.type, f.source, f.target, 1.0) for f in facts(a, "th") if f.salient)
            reference = None if split == "src" else titles(a, "th")
            out.append(
                Example(
                    f"{world.prefix('short')}-{split}-{i:05d}",
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

    return load


def _passages(stream: Iterator[Article]) -> Iterator[list[Article]]:
    """Runs of consecutive articles that together hold more than LONG_MIN_CHARS Chinese characters."""
    group: list[Article] = []
    for article in stream:
        group.append(article)
        if sum(len(body(a, "zh")) for a in group) > LONG_MIN_CHARS:
            yield group
            group = []


def load_long(world: World) -> Callable[..., list[Example]]:
    """The loader of the task of translated passages."""

    def load(split: str, n: int | None = None) -> list[Example]:
        _check(split)
        out = []
        for i, group in enumerate(islice(_passages(world.long_stream(split)), n or LONG_SIZES[split])):
            stated: dict[tuple[str, tuple[str, ...]], Fact] = {}
            for article in group:
                own = body(article, "zh")
                for f in facts(article, "th"):
                    if f.type == "relation" and article.more and not any(s in own for s in f.source):
                        continue  # world 2 tells who did what to whom over several sentences, which no clause sums up
                    stated.setdefault(
                        (f.type, f.target), Fact(f.type, f.source, f.target, 1.0)
                    )  # a translation has to state everything
            source, reference = "".join(body(a, "zh") for a in group), " ".join(body(a, "th") for a in group)
            out.append(
                Example(
                    f"{world.prefix('long')}-{split}-{i:05d}",
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

    return load


def tasks_of(world: World) -> dict[str, Callable[[], Task]]:
    """The tasks of a world by their usual names."""

    def task(name: str, target: str, prompt: str, load: Callable[..., list[Example]]) -> Callable[[], Task]:
        return lambda: Task(f"{name}{world.mark}", "zh", target, world.version, prompt, load, world.profile)

    return {
        "newswire-title": task("newswire-title", "th", TITLE_PROMPTS["th"], load_titles(world, "title", "th", True)),
        "newswire-title-full": task(
            "newswire-title-full", "th", TITLE_PROMPTS["th"], load_titles(world, "titlefull", "th", False)
        ),
        "newswire-title-bo": task(
            "newswire-title-bo", "bo", TITLE_PROMPTS["bo"], load_titles(world, "titlebo", "bo", True)
        ),
        "newswire-long": task("newswire-long", "th", LONG_PROMPT, load_long(world)),
        "newswire-short": task("newswire-short", "th", SHORT_PROMPT, load_short(world)),
    }


def title_task() -> Task:
    """zh -> th titles, core inventory."""
    return tasks_of(WORLD_1)["newswire-title"]()


def title_full_task() -> Task:
    """zh -> th titles, the whole world."""
    return tasks_of(WORLD_1)["newswire-title-full"]()


def title_bo_task() -> Task:
    """zh -> bo titles, core inventory."""
    return tasks_of(WORLD_1)["newswire-title-bo"]()


def long_task() -> Task:
    """zh -> th translation of passages over 500 characters."""
    return tasks_of(WORLD_1)["newswire-long"]()


def short_task() -> Task:
    """zh -> th translation of titles."""
    return tasks_of(WORLD_1)["newswire-short"]()
