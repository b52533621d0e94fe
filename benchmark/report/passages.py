"""Side-by-side examples: one source, the reference, and what every stage made of it, with facts covered, missing and
made up.

They are chosen by fixed rules that the page states: half are drawn blindly (by a hash of the id), the others show where
recovery after RL gained and lost most against SFT, and where RL wrote longest. Nothing is picked by hand.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from markupsafe import Markup

from benchmark.report.data import RunData
from benchmark.report.gloss import gloss
from benchmark.report.openpassages import highlighted, lists, output_marks, source_marks
from benchmark.report.safetext import SHOWN_CHARS, hidden, plain, shortened, visible
from benchmark.report.words import (
    stage_of,
)
from metrics.inventory import CLAUSE_TYPES, Inventory
from metrics.normalise import normalise
from metrics.open.comparison import VERIFIED, Comparison
from metrics.open.facts import hold
from metrics.open.lists import name_list
from metrics.records import Example, Fact
from metrics.stages import GOLD

WANTED = 14
"""Examples on the page."""
BLIND = "drawn blindly"


@dataclass(frozen=True, slots=True)
class Output:
    """What one system wrote."""

    key: str
    html: Markup
    """Escaped, with facts marked; on the normalised text where facts are known, and then the hidden characters that
    were written."""
    chars: int
    cut: int
    """Code points that are not shown."""
    stopped: str
    """"cut by the token cap" or ""."""
    salient: tuple[int, int] | None
    """(salient facts stated, salient facts), or (hard facts verified, read) where there are no gold facts; None where
    there is neither."""
    missing: list[dict[str, str]] = field(default_factory=list)
    """Salient facts that are not stated."""
    invented: list[dict[str, str]] = field(default_factory=list)
    """Items that the source does not support."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One example."""

    id: str
    why: str
    """The rule that chose it."""
    source: Markup
    source_cut: int
    source_lang: str
    target_lang: str
    facts: int | None
    outputs: list[Output]


def choose(data: RunData, wanted: int = WANTED) -> list[tuple[str, str]]:
    """[(example id, rule)]: at most `wanted`, each id once, the same for equal inputs."""
    ids = [i for i in data.examples if any(i in texts for key, texts in data.texts.items() if stage_of(key) != GOLD)]
    blind = sorted(ids, key=lambda i: hashlib.sha256(i.encode()).hexdigest())
    chosen: dict[str, str] = {}
    metric = next(
        (m for m in ("coverage.f1", "coverage.recall", "open.f1") if any(m in s for s in data.segments.values())), None
    )
    first, last = (next((k for k in data.keys if stage_of(k) == s), None) for s in ("post-sft", "post-recovery"))
    rl = next((k for k in data.keys if stage_of(k) == "post-rl"), None)
    share = wanted // 6
    if metric and first and last:
        a, b = data.segments.get(first, {}).get(metric, {}), data.segments.get(last, {}).get(metric, {})
        moved = sorted((b[i] - a[i], i) for i in ids if i in a and i in b)
        chosen.update({i: f"largest gain in {metric}, {first} to {last}" for d, i in moved[::-1][:share] if d > 0})
        chosen.update({i: f"largest loss in {metric}, {first} to {last}" for d, i in moved[:share] if d < 0})
    if rl:
        longest = sorted(
            ((len(data.texts[rl][i].text), i) for i in ids if i in data.texts.get(rl, {}) and i not in chosen),
            reverse=True,
        )
        chosen.update({i: f"longest output of {rl}" for _, i in longest[:share]})
    drawn = [i for i in blind if i not in chosen][: max(0, wanted - len(chosen))]
    return [(i, BLIND) for i in drawn] + list(chosen.items())


def passages(data: RunData) -> list[Passage]:
    """The chosen examples, ready to show."""
    chosen = choose(data)
    inventory = Inventory(list(data.examples.values())) if chosen and data.has_facts else None
    return [_passage(data, data.examples[i], why, inventory) for i, why in chosen]


def _passage(data: RunData, example: Example, why: str, inventory: Inventory | None) -> Passage:
    source, cut = shortened(example.source)
    compared: list[Comparison] = []
    order = [k for k in data.keys if k in data.texts] + [k for k in data.texts if k not in data.keys]
    order.sort(key=lambda k: stage_of(k) != GOLD)  # the reference first: it is what the others are held against
    outputs = []
    for key in order:
        made = data.texts[key].get(example.id)
        if made is not None:
            found = (
                hold(example, made.text, name_list(example.source_lang, example.target_lang, _own_names(data)))
                if example.facts is None
                else None
            )
            compared += [found] if found else []
            outputs.append(_output(key, made.text, made.finish_reason, example, inventory, found))
    return Passage(
        plain(example.id),
        why,
        highlighted(compared[0].source, source_marks(compared), SHOWN_CHARS) + _unseen(example.source)
        if compared
        else _source(source, example),
        cut,
        example.source_lang,
        example.target_lang,
        None if example.facts is None else len(example.facts),
        outputs,
    )


def _own_names(data: RunData) -> Path | None:
    """The user's names, where the run tells them and they are still there; a list that is gone only leaves marks
    out."""
    told = (((data.manifest or {}).get("config") or {}).get("score") or {}).get("names")
    return Path(told) if isinstance(told, str) and Path(told).is_file() else None


def _output(
    key: str, text: str, finish: str | None, example: Example, inventory: Inventory | None, found: Comparison | None
) -> Output:
    stopped = "cut by the token cap" if finish == "length" else ""
    if found is not None:
        hard = [fact for fact in found.facts if fact.tier != "soft"]
        verified = (sum(fact.outcome == VERIFIED for fact in hard), len(hard)) if hard else None
        html = highlighted(found.text, output_marks(found), SHOWN_CHARS) + _unseen(text)
        return Output(key, html, len(text), max(0, len(found.text) - SHOWN_CHARS), stopped, verified, *lists(found))
    if inventory is None or example.facts is None:
        shown, cut = shortened(text)
        return Output(key, visible(shown), len(text), cut, stopped, None)
    alignment = inventory.align(example, text)
    parts: list[Markup] = []
    marked = False
    room, total = len(shortened(alignment.text)[0]), len(alignment.text)
    for piece, span in alignment.pieces():
        piece = piece[: max(room, 0)]
        room -= len(piece)
        if not piece:
            continue
        kind = {"covered": "cov", "hallucinated": "hal"}.get(span.kind, "") if span else ""
        if span and kind:
            # A mark right after another is set apart, or two facts would read as one.
            title = f"{span.type}: {'supported by the source' if kind == 'cov' else 'not in the source'}"
            parts.append(
                Markup('<mark class="{}{}" title="{}">{}</mark>').format(
                    kind, " next" if marked else "", title, visible(piece)
                )
            )
        else:
            parts.append(visible(piece))
        marked = bool(kind)
    parts.append(_unseen(text))
    salient = [(fact, stated) for fact, stated in zip(example.facts, alignment.stated, strict=True) if fact.salient]
    return Output(
        key,
        Markup("").join(parts),
        len(text),
        max(0, total - len(shortened(alignment.text)[0])),
        stopped,
        (sum(stated for _, stated in salient), len(salient)),
        [_fact(fact) for fact, stated in salient if not stated],
        [
            {"type": item.type, "text": plain(item.surface), "gloss": gloss([item.surface])}
            for item in alignment.unsupported
        ],
    )


def _unseen(text: str) -> Markup:
    """The hidden characters of a text by their code points: the normalised text that is shown has lost them."""
    unseen = "".join(sorted({c for c in text if hidden(c) and not c.isspace()}))
    if not unseen:
        return Markup("")
    return Markup('<span class="cut"> hidden in what was written: {}</span>').format(visible(unseen))


def _fact(fact: Fact) -> dict[str, str]:
    return {
        "type": fact.type,
        "source": plain(fact.source[0]) if fact.source else "",
        "target": plain(fact.target[0]),
        "gloss": gloss([*fact.source, *fact.target]),
    }


def _source(text: str, example: Example) -> Markup:
    """The source with the salient facts marked, where their source surfaces occur as they are written
    (leftmost-longest)."""
    salient = [fact for fact in example.facts or () if fact.salient and fact.type not in CLAUSE_TYPES]
    surfaces = {surface: fact.type for fact in salient for surface in fact.source if surface}
    by_length = sorted(surfaces, key=lambda s: (-len(s), s))
    parts: list[Markup] = []
    at = start = 0
    while at < len(text):
        hit = next((s for s in by_length if text.startswith(s, at)), None)
        if hit is None:
            at += 1
            continue
        near = " next" if parts and start == at else ""
        mark = Markup('<mark class="src{}" title="salient {}">{}</mark>').format(near, surfaces[hit], visible(hit))
        parts += [visible(text[start:at]), mark]
        at = start = at + len(hit)
    return Markup("").join([*parts, visible(text[start:])])


def changed_by_normalising(data: RunData) -> bool:
    """Whether any shown text differs from what was written, because digits and spaces are shown normalised."""
    return any(normalise(t.text) != t.text for texts in data.texts.values() for t in texts.values())
