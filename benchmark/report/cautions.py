"""What a reader must know before believing the numbers: weak starting points, missing parts, metrics that are not
independent."""

from __future__ import annotations

from benchmark.report.data import RunData
from benchmark.report.words import (
    ALPHA,
    is_number,
    label,
    listing,
    stage_of,
)
from metrics.likeness import SHARES, copies_source, foreign_among, untranslated
from metrics.misplaced import PRECISION, misplaced
from metrics.records import Example
from metrics.stages import GOLD

FEW = 200
"""Below this many segments, percentile intervals are rough."""
WEAK_RECALL, WEAK_CHRF, UNRELATED_CHRF = 0.15, 20.0, 17
"""A starting policy below these states next to nothing of its source / shares next to nothing with the references.

Unrelated Thai sentences have chrF2 17 with each other (news, one's text against the next one's reference), the right
letters in random order 19: below 20 nothing is shown but the right script.
"""
CEILING = 0.95
THINK = ("<think>", "</think>")
EMPTY = 0.05
"""Share of empty outputs above which they are told."""
TRUNCATED, WRONG_SCRIPT, DEAD_GROUPS = 0.05, 0.05, 0.5


def cautions(data: RunData) -> list[str]:
    """Warnings, the gravest first; each a sentence or two."""
    return [
        *_trial(data),
        *_texts(data),
        *_untranslated(data),
        *_out_of_place(data),
        *_unchanged(data),
        *_facts(data),
        *_scripts(data),
        *_strangers(data),
        *_policy(data),
        *_reward(data),
        *_design(data),
    ]


def _trial(data: RunData) -> list[str]:
    limit = data.run.get("limit")
    return (
        []
        if limit is None
        else [
            f"A trial on the first {limit} examples (--limit): it shows that things work, not how well, "
            "and goes on no board."
        ]
    )


def _unchanged(data: RunData) -> list[str]:
    """Stages that left the weights as they were, so that nothing measured after them is theirs."""
    checkpoints = (data.manifest or {}).get("checkpoints")
    found = []
    for stage, made in checkpoints.items() if isinstance(checkpoints, dict) else ():
        if (
            isinstance(made, dict)
            and made.get("parent_hash")
            and made.get("weights_hash") == made["parent_hash"]
            and made.get("steps")
        ):
            found.append(
                f"{stage} has the very weights that it started from: its {made['steps']} steps changed "
                "nothing; no difference after it is its own."
            )
    return found


def _texts(data: RunData) -> list[str]:
    """Outputs that are no texts: nothing at all, and thoughts that were scored as if they were the answer."""
    found = []
    for key, texts in data.texts.items():
        if stage_of(key) == GOLD or not texts:
            continue
        empty = sum(not made.text.strip() for made in texts.values())
        if empty == len(texts):
            found.append(
                f"{key}: all {empty} outputs are empty: no metric of it says anything about what the model can do."
            )
        elif empty > EMPTY * len(texts):
            found.append(f"{key}: {empty} of {len(texts)} outputs are empty.")
        thoughts = sum(any(mark in made.text for mark in THINK) for made in texts.values())
        if thoughts:
            found.append(
                f"{key}: {thoughts} of {len(texts)} outputs hold think marks ({' '.join(THINK)}), "
                "and what stands between them was scored as part of the "
                "text; have it taken off (policy.think = strip) and generate again."
            )
    return found


def _untranslated(data: RunData) -> list[str]:
    """Outputs of trained policies that copy their sources, or are in another script: flags of the boards, too
    (`metrics.likeness`)."""
    found = []
    for key in data.texts:
        if stage_of(key) not in (GOLD, "base") and (pairs := _pairs(data, key)):
            source = sum(copies_source(example, text) for example, text in pairs) / len(pairs)
            found += [f"{key}: {flag}." for flag in untranslated(source, _foreign(pairs))]
    return found


def _out_of_place(data: RunData) -> list[str]:
    """Passages of trained policies whose facts stand among others than their own: a flag of the boards, too
    (`metrics.placement`)."""
    found = []
    for key in data.texts:
        if stage_of(key) not in (GOLD, "base"):
            cell = data.cell(key, PRECISION)
            found += [f"{key}: {flag}." for flag in misplaced(cell.get("value"), cell.get("ci_high"))]
    return found


def _pairs(data: RunData, key: str) -> list[tuple[Example, str]]:
    return [(data.examples[i], made.text) for i, made in data.texts.get(key, {}).items() if i in data.examples]


def _foreign(pairs: list[tuple[Example, str]]) -> float:
    """The share of outputs that are mostly in another script."""
    among = foreign_among([text for _, text in pairs], [example.target_lang for example, _ in pairs])
    return among / max(len(pairs), 1)


def _facts(data: RunData) -> list[str]:
    if any(is_number(data.cell(k, "coverage.recall").get("value")) for k in data.keys):
        return []
    if any(is_number(data.cell(k, "open.f1").get("value")) for k in data.keys):
        return [
            "There are no gold facts: grounding is estimated from the numbers, names and answers that can be "
            "read in the texts (open.*). What is said "
            "in other words - events, roles, negation - is not seen; `data facts` writes down the facts for "
            "you to correct, and the exact metrics follow."
        ]
    reason = next(
        (data.cell(k, "coverage.recall").get("reason") for k in data.keys if data.cell(k, "coverage.recall")), None
    )
    return [
        f"Coverage and grounding could not be measured ({reason or 'they are not in the summary'}): "
        "nothing here says whether "
        "outputs are true to their sources. What is shown is length, overlap with the references and learned "
        "scorers, where there are any."
    ]


def _scripts(data: RunData) -> list[str]:
    """What was told of the languages of the texts before they were used."""
    splits = (data.manifest or {}).get("data") or {}
    return [
        f"Of the texts of {split}, {notice}." for split, told in splits.items() for notice in told.get("notices") or ()
    ]


def _strangers(data: RunData) -> list[str]:
    """Embedded models that judge texts of another world than the one they were made for."""
    manifest = data.manifest or {}
    judges = manifest.get("judges")
    if manifest.get("of_world") is not False or not isinstance(judges, dict):
        return []
    embedded = [
        _role(role)
        for role, judge in judges.items()
        if isinstance(judge, dict) and judge.get("embedded") and _at_work(data, role)
    ]
    if not embedded:
        return []
    return [
        f"These texts are your own, but {listing(embedded)} "
        f"{'is a small model' if len(embedded) == 1 else 'are small models'} made for the "
        "embedded newswire world, with little knowledge beyond it: "
        "on other texts expect poor outputs, and take scores of that kind for a trial of the plumbing, "
        "not for a judgement."
    ]


def _role(role: str) -> str:
    kind, _, name = role.partition(".")
    return {"policy": "the policy", "reward": "the reward", "retrieval": "the retrieval encoder"}.get(
        kind, f"the scorer {name}"
    )


def _at_work(data: RunData, role: str) -> bool:
    """Whether a model had a part in what is shown: a metric of its own has a value, or stages were trained with it."""
    if role == "policy" or (role == "reward" and any(stage_of(key) == "post-rl" for key in data.keys)):
        return True
    metric = {"reward": "reward.mean", "retrieval": "grounding.retrieval_p1"}.get(role, role)
    return any(is_number(data.cell(key, metric).get("value")) for key in data.keys)


def _policy(data: RunData) -> list[str]:
    found = []
    for key in data.keys:
        stage = stage_of(key)
        if stage == GOLD:
            continue
        recall, chrf = data.cell(key, "coverage.recall").get("value"), data.cell(key, "overlap.chrf").get("value")
        if stage == "post-sft":
            if (is_number(recall) and recall < WEAK_RECALL) or (
                not is_number(recall) and is_number(chrf) and chrf < WEAK_CHRF
            ):
                if is_number(recall):
                    shown = f"{label('coverage.recall')} {recall:.3f}"
                else:
                    shown = f"chrF2 {chrf:.1f} of 100; unrelated Thai sentences reach {UNRELATED_CHRF}"
                found.append(
                    f"{key} is too weak to build on ({shown}): what RL and recovery did to it says little "
                    "about stronger models."
                )
            elif is_number(recall) and recall > CEILING:
                found.append(
                    f"{key} already states {recall:.0%} of the salient facts: little room is left for RL to "
                    "show anything."
                )
        cut = data.cell(key, "verbosity.truncated").get("value")
        if is_number(cut) and cut > TRUNCATED:
            found.append(f"{key}: {cut:.0%} of the outputs were cut by the token cap, so their length is understated.")
        script = data.cell(key, "verbosity.wrong_script").get("value")
        strange = is_number(script) and script > WRONG_SCRIPT and stage != "base"
        if strange and _foreign(_pairs(data, key)) < SHARES["foreign"]:  # else its flag tells it
            found.append(f"{key}: {script:.0%} of the letters are not in the target script.")
    return found


def _reward(data: RunData) -> list[str]:
    found = []
    loops = _marked(data, "in_loop")
    if loops:
        found.append(f"Scored by the training reward itself, so no independent evidence: {listing(loops)}.")
    kin = [m for m in _marked(data, "kin") if m not in loops]
    if kin:
        families = [f"{name}.*" for name in sorted({m.split(".")[0] for m in kin})]
        found.append(
            "Kin of the reward (shared generator, error taxonomy or base weights), so not fully independent: "
            f"{len(kin)} metrics of {listing(families)}, marked in the table."
        )
    shares = [row["zero_std_groups"] for row in data.steps if is_number(row.get("zero_std_groups"))]
    if shares and sum(shares) / len(shares) > DEAD_GROUPS:
        share = sum(shares) / len(shares)
        found.append(
            f"In {share:.0%} of the RL groups all completions had the same reward: those groups taught nothing."
        )
    return found


def _marked(data: RunData, mark: str) -> list[str]:
    """Metrics with a value that carry a mark of lineage in any system."""
    rows = [data.summary["systems"][key] for key in data.keys]
    return sorted({m for row in rows for m, c in row.items() if c.get(mark) is True and is_number(c.get("value"))})


def _design(data: RunData) -> list[str]:
    found = []
    sizes = [
        c["n_total"]
        for k in data.keys
        for c in data.summary["systems"][k].values()
        if isinstance(c.get("n_total"), int)
    ]
    if sizes and max(sizes) < FEW:
        found.append(f"Only {max(sizes)} test segments: intervals are wide and rough below {FEW}.")
    documents = (data.summary.get("resampling") or {}).get("n_docs")
    tested = max(
        (sum(is_number(c.get("p")) for c in cells.values()) for cells in data.summary.get("transitions", {}).values()),
        default=0,
    )
    # Swapping n documents gives 2^n outcomes, of which the two all-equal ones are as extreme as can be.
    if isinstance(documents, int) and 0 < documents < 60 and tested and tested * 2.0 ** (1 - documents) > ALPHA:
        found.append(
            f"The segments come from {documents} document{'s' if documents > 1 else ''}, "
            "which are swapped as wholes: with so few, no change "
            f"of one metric among {tested} can be significant, however large."
        )
    stages = {stage_of(k) for k in data.keys}
    if "post-recovery" in stages and "post-sft-continued" not in stages:
        found.append(
            "No control arm (SFT plus the same extra epoch, without RL): a gain of post-recovery may be due to "
            "the extra epoch."
        )
    if data.manifest and data.manifest.get("dirty") is True:
        found.append("Made by a source tree with uncommitted changes.")
    return found
