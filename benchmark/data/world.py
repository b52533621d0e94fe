"""`data world`: what a world of the newswire is made of, how easily a script fakes it, and its articles to be read."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from benchmark.arguments import arg
from benchmark.data.export import check_size
from metrics.terminal import say

if TYPE_CHECKING:
    from benchmark.tasks.newswire.articles import Article

ARGUMENTS = [
    arg("--world", choices=["1", "2"], default="2", help="which world (default: 2)"),
    arg("--n", type=int, default=500, help="test articles that are looked at (default: 500)"),
    arg(
        "--show",
        type=int,
        default=0,
        metavar="N",
        help="print the first N articles with their gold titles, and nothing else",
    ),
    arg("--frame", metavar="ID", help="with --show: of this kind of event alone"),
    arg("--lang", choices=["th", "bo"], default="th", help="target language of titles and scripts (default: th)"),
    arg("--scripts", action="store_true", help="what scripts made of D_para score of the primary metric (a minute)"),
]
"""Of `data world`."""
ENTITY = ("person", "organisation", "place")


def command(args: argparse.Namespace) -> int:
    """`data world`."""
    from benchmark.tasks.newswire import WORLD_1
    from benchmark.tasks.newswire.world2 import WORLD_2

    world = WORLD_2 if args.world == "2" else WORLD_1
    if args.show:
        for article in islice(
            (a for a in world.stream("test", True) if args.frame in (None, a.frame.id)), check_size(args.show)
        ):
            say(*shown(article).split("\n"))
        return 0
    n = check_size(args.n) or 0
    test, para = list(islice(world.stream("test", True), n)), list(islice(world.stream("para", True), 300))
    for name, value in statistics(test, para, args.lang).items():
        say(f"{name:<62}  {value if isinstance(value, int) else format(value, '.3f')}")
    if args.scripts:
        task = f"newswire-title{'-bo' * (args.lang == 'bo')}{world.mark}"
        for name, value in scripts(task, n):
            say(f"{name:<62}  {value:.3f}")
    return 0


def shown(article: Article) -> str:
    """An article in all its languages with its gold titles, to be read."""
    from benchmark.tasks.newswire.articles import body, titles

    out = [f"## {article.frame.id}"]
    for lang in ("zh", "th", "bo"):
        out += [body(article, lang), *(f"    {title}" for title in titles(article, lang))]
    return "\n".join(out) + "\n"


def _written(article: Article, lang: str) -> list[str]:
    return [line.sentence.forms[lang][line.forms[lang]] for line in article.lines]


def _heads(article: Article, lang: str) -> list[str]:
    """The patterns of an article's gold titles."""
    more = article.more.get(lang)
    forms = article.frame.title[lang]
    return [forms[i] for i, _ in more] if more else [forms[article.title_form[lang]]]


def statistics(test: Sequence[Article], para: Sequence[Article], lang: str) -> dict[str, float]:
    """Name -> count (int) or mean or share (float) of test articles held against those of D_para."""
    from benchmark.tasks.newswire.articles import body, titles

    n = len(test)
    in_first = [sum(s in a.lines[0].values for s in a.frame.salient) / len(a.frame.salient) for a in test]
    sentences, heads = {f for a in para for f in _written(a, "zh")}, {h for a in para for h in _heads(a, lang)}
    ours, mine = [f for a in test for f in _written(a, "zh")], [h for a in test for h in _heads(a, lang)]
    frames = {a.frame.id: a.frame for a in test}
    shown_frames = {a.frame.id for a in para}
    keys = {(x.type, x.key) for a in para for line in a.lines for x in line.values.values()}
    named = [x for a in test for x in a.values.values() if x.type in ENTITY]
    roles = Counter(line.sentence.role for a in test for line in a.lines)
    texts = [body(a, "zh") for a in test]

    def with_role(role: str) -> float:
        return sum(any(line.sentence.role == role for line in a.lines) for a in test) / n

    return {
        "kinds of events": len(frames),
        "title patterns of all kinds": sum(len(f.title[lang]) for f in frames.values()),
        "forms of sentences in the test articles": len(set(ours)),
        "organisations in the test articles": len({x.key for x in named if x.type == "organisation"}),
        "characters of an article": sum(map(len, texts)) / n,
        "characters of its first sentence": sum(len(t.split("。")[0]) + 1 for t in texts) / n,
        "characters of the first gold title": sum(len(titles(a, lang)[0]) for a in test) / n,
        "gold titles of an article": sum(len(titles(a, lang)) for a in test) / n,
        "salient slots in the first sentence, share": sum(in_first) / n,
        "articles with all salient slots in the first sentence, share": sum(share == 1 for share in in_first) / n,
        "sentences whose form occurs in D_para, share": sum(f in sentences for f in ours) / len(ours),
        "gold titles whose pattern occurs in D_para, share": sum(h in heads for h in mine) / len(mine),
        "stories of a kind of event that D_para lacks, share": sum(a.frame.id not in shown_frames for a in test) / n,
        "names that D_para lacks, share": sum((x.type, x.key) not in keys for x in named) / len(named),
        "articles with an event of another kind, share": with_role("other"),
        "articles with an earlier event of the same kind, share": with_role("earlier"),
        "articles that tell how it was the time before, share": with_role("previous"),
        "articles with a corrected figure, share": with_role("correction"),
        "articles with something denied, share": with_role("deny"),
        "articles that use one figure twice, share": sum(map(_twice, test)) / n,
        "slots of a title, mean": sum(len(a.frame.salient) for a in test) / n,
        "sentences of an article, mean": sum(roles.values()) / n,
        "names of an article that its titles leave out, mean": sum(map(_left_out, test)) / n,
    }


def _left_out(article: Article) -> int:
    """How many persons, organisations and places an article names besides those of its titles, denied ones too."""
    named = {x.key for line in article.lines for x in line.values.values() if x.type in ENTITY}
    return len(named - {article.values[slot].key for slot in article.frame.salient})


def _twice(article: Article) -> bool:
    """Does an article write one figure for two things (dates and clock times left out)?"""
    from benchmark.tasks.newswire.world2.values import figures

    values = {(x.type, x.key): x for line in article.lines for x in line.values.values()}
    found: list[str] = []
    for x in values.values():
        if x.type in ("quantity", "percentage", "money"):
            found += figures(x)
    return len(found) != len(set(found))


def scripts(task: str, n: int) -> Iterator[tuple[str, float]]:
    """(what was run, value of the primary metric) of baselines and scripts on the test split, and of gold."""
    from benchmark.leaderboard.baselines import Material, dictionary, gold, template
    from benchmark.leaderboard.board import PRIMARY
    from benchmark.leaderboard.scripts import SCRIPTS
    from benchmark.tasks import load_task
    from metrics.coverage import score_facts
    from metrics.inventory import Inventory

    loaded = load_task(task)
    examples = loaded.load("test", n)
    m, inventory = Material(tuple(examples), tuple(loaded.load("para"))), Inventory(examples)

    def primary(texts: Any) -> float:
        found = next(s for s in score_facts(examples, list(texts), inventory) if s.metric == PRIMARY)
        value = found.value()
        assert value is not None  # the facts of the world are never missing
        return value

    yield f"{PRIMARY}: gold", primary(gold(m))
    yield f"{PRIMARY}: dictionary over sentence 1", primary(dictionary(m))
    yield f"{PRIMARY}: template of the nearest title", primary(template(m))
    for name, script in SCRIPTS.items():
        yield f"{PRIMARY}: {name}", primary(script(m, False))
        yield f"{PRIMARY}: {name}, with the test split's words", primary(script(m, True))
