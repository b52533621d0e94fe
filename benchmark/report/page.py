"""From a run directory to report.html: gathers what the template shows and renders it. Times, paths and the machine
stay out of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.report import asked, figures, grounded, rlcurves, single, spread, tables
from benchmark.report.cautions import cautions
from benchmark.report.data import RunData, load
from benchmark.report.drawing import drawn
from benchmark.report.headline import headline
from benchmark.report.passages import changed_by_normalising, passages
from benchmark.report.preserved import preservation_table
from benchmark.report.safetext import environment, plain, visible
from benchmark.report.svg import css_class
from benchmark.report.verdict import systems, verdict
from benchmark.report.words import (
    ALPHA,
    count,
    family,
    label,
    ordered,
    plumbing,
    stage_of,
)
from metrics.catalog import CONTROLLED
from metrics.files import atomic_write_text
from metrics.stages import GOLD

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the header."""

    name: str
    value: str
    hint: str = ""

    @property
    def unknown(self) -> bool:
        """Whether nothing is known of it."""
        return set(self.value.split(" / ")) == {"unknown"}


def write(run_dir: Path, data: RunData | None = None) -> Path:
    """See `benchmark.report.write_report`."""
    path = run_dir / "report.html"
    atomic_write_text(path, render(load(run_dir) if data is None else data))
    return path


def render(data: RunData) -> str:
    """The whole page."""
    from markupsafe import Markup

    pages = environment([FOLDER])
    pages.filters["breakable"] = lambda name: (
        visible(str(name)).replace(".", Markup(".<wbr>")).replace("_", Markup("_<wbr>"))
    )
    pages.filters["stage_var"] = lambda key: css_class(key, data.keys)
    return pages.get_template("template.html.j2").render(context(data))


def context(data: RunData) -> dict[str, Any]:
    """Everything the template needs."""
    verdicts = []
    for prefix in systems(data):
        findings = verdict(data, prefix)
        if findings:
            verdicts.append({"system": prefix.rstrip("/"), "headline": headline(findings), "findings": findings})
    rows, without = preservation_table(data)
    drawn = pictures(data)
    ratio_rows = [r for r in rows if r["ratio"] != "–"]
    transitions = tables.transition_table(data)
    return {
        "title": plain(str(data.task or "run")),
        "plumbing": plumbing(data.run),
        "whole": bool(verdicts),
        "single": [] if verdicts else single.systems(data),
        "facts": header(data) if verdicts else [f for f in header(data) if not f.unknown],
        "hashes": hashes(data),
        "verdicts": verdicts,
        "grounded": grounded.sentences(data.summary),
        "open_rows": grounded.rows(data.summary, [k for k in data.keys if stage_of(k) != GOLD] or data.keys),
        "open_keys": [k for k in data.keys if stage_of(k) != GOLD] or data.keys,
        "open_read": grounded.counted(data.summary),
        "cautions": cautions(data),
        "notes": data.notes,
        "keys": data.keys,
        "stage_table": tables.stage_table(data, data.summary["systems"], data.summary.get("transitions", {})),
        "segments": tables.counts(data.summary["systems"]),
        "transitions": transitions,
        "matrix": tables.transition_matrix(transitions),
        "preservation": ratio_rows,
        "kept_without_ratio": [r for r in rows if r["ratio"] == "–"],
        "no_ratio": without,
        "tasks": [
            _task(data, name, found)
            for name, found in sorted((data.summary.get("tasks") or {}).items())
            if name != data.task
        ],
        "alpha": ALPHA,
        "level": (data.summary.get("resampling") or {}).get("level", 0.95),
        "draws": data.summary.get("resampling") or {},
        **drawn,
        "judges": data.judges,
        "passages": passages(data),
        "has_facts": data.has_facts,
        "normalised": changed_by_normalising(data),
        "provenance": provenance(data),
        "label": label,
    }


def pictures(data: RunData) -> dict[str, Any]:
    """All figures; an empty list or None where there is nothing to draw, with the reason under `why`."""
    rl = any(stage_of(k) == "post-rl" for k in data.keys)
    types = any(
        family(m) == "types" and not m.endswith(CONTROLLED) for k in data.keys for m in data.summary["systems"][k]
    )
    reward = next((c for k in data.keys if (c := data.cell(k, "reward.mean"))), {})
    return {
        **drawn(DRAWN, data),
        "why": {
            "against_length": "fewer than two systems have both a length ratio and a semantic metric",
            "across": "the examples carry no gold facts"
            if not types and not data.has_facts
            else "fewer than two stages have fact metrics",
            "by_type": "no fact type has a value" if types else "the examples carry no gold facts",
            "lengths": "no sentence lengths in scores.parquet",
            "scatter": reward.get("reason")
            or (
                "no output has both a reward and a fact score" if data.has_facts else "the outputs have no fact scores"
            ),
            "components": "the logs of the RL run hold no rows"
            if rl
            else "the run directory holds no log of an RL run",
            "probe": "no independent probe was logged during RL",
        },
    }


DRAWN: dict[str, Callable[[RunData], Any]] = {
    "against_length": figures.against_length,
    "across": figures.across_stages,
    "by_type": figures.by_type,
    "lengths": spread.lengths,
    "scatter": spread.reward_against_coverage,
    "components": rlcurves.components,
    "probe": rlcurves.probe,
}


def _task(data: RunData, name: str, found: Any) -> dict[str, Any]:
    table = found.get("systems", {}) if isinstance(found, dict) else {}
    return {
        "name": name,
        "keys": ordered(table),
        "table": tables.stage_table(data, table, found.get("transitions", {}) if table else {}),
        "segments": tables.counts(table),
    }


def header(data: RunData) -> list[Fact]:
    """What was run, in the reviewers' terms: parallel data, source data, steps."""
    run, languages = data.run, ""
    if data.examples:
        example = next(iter(data.examples.values()))
        languages = f"{example.source_lang} → {example.target_lang}"
    facts = [
        Fact(
            "Task",
            plain(str(run.get("task") or "unknown")),
            f"world version {run['world_version']}" if run.get("world_version") else "",
        )
    ]
    if languages:
        facts.append(Fact("Languages", languages))
    facts += [
        Fact("Test segments", tables.counts(data.summary["systems"])),
        Fact("Parallel pairs, D_para", count(run.get("n_para")), "used by SFT and by recovery"),
        Fact("Source-only texts, D_src", count(run.get("n_src")), "used by RL"),
        Fact("Steps SFT / RL / recovery", " / ".join(count(run.get(f"{s}_steps")) for s in ("sft", "rl", "recovery"))),
        Fact("Seed", _seeds(run)),
        _reward(run),
    ]
    return facts


def _reward(run: dict[str, Any]) -> Fact:
    """The training reward: its name large, what identifies its weights and settings small."""
    name, colon, rest = plain(str(run.get("reward_id") or "unknown")).partition(":")
    # Of module:function both parts are the name.
    hashed = colon and any(len(part) >= 8 and set(part) <= set("0123456789abcdef") for part in rest.split(":"))
    return Fact(
        "Reward",
        name if hashed else name + colon + rest,
        f"weights and settings: {rest}" if hashed else "the training reward",
    )


def _seeds(run: dict[str, Any]) -> str:
    seeds = run.get("seeds", run.get("seed"))
    if isinstance(seeds, list):
        return ", ".join(map(str, seeds))
    return "unknown" if seeds is None else str(seeds)


def hashes(data: RunData) -> list[tuple[str, str]]:
    """(what, hash) of the configuration, the data and the weights."""
    found = [("configuration", str(data.run.get("config_hash") or "unknown"))]
    manifest = data.manifest or {}
    if manifest.get("commit"):
        found.append(
            ("commit", str(manifest["commit"]) + (" with uncommitted changes" if manifest.get("dirty") else ""))
        )
    for split, record in sorted((manifest.get("data") or {}).items()):
        if isinstance(record, dict) and record.get("sha256"):
            found.append((f"data {split}", str(record["sha256"])))
    for stage, record in sorted((manifest.get("checkpoints") or {}).items()):
        if isinstance(record, dict) and record.get("weights_hash"):
            found.append((f"weights {stage}", str(record["weights_hash"])))
    return [(plain(name), plain(value)) for name, value in found]


def provenance(data: RunData) -> dict[str, Any]:
    """Package versions and the resolved configuration, for who wants to run it again."""
    manifest = data.manifest or {}
    config = manifest.get("config") or {}
    return {
        "packages": [(plain(str(k)), plain(str(v))) for k, v in sorted(_versions(manifest).items()) if v],
        "config": [(plain(k), plain(v)) for k, v in _flat(config)],
        "prompt": asked.prompt(manifest),
        "decoding": asked.decoding(manifest),
    }


def _versions(manifest: dict[str, Any]) -> dict[str, Any]:
    """Of the calls that did the steps, and the processor type that torch computed with; of this call where the steps do
    not say."""
    from benchmark.rundir.manifest import RunManifest, versions_of

    try:
        told = RunManifest.model_validate(manifest)
    except ValueError:
        return dict(found) if isinstance(found := manifest.get("packages"), dict) else {}
    types = dict.fromkeys(str(t) for step in told.steps.values() if (t := step.made_with.get("cpu_capability")))
    return {**versions_of(told), "processor type": " and ".join(types)}


def _flat(config: Any, prefix: str = "") -> list[tuple[str, str]]:
    if not isinstance(config, dict):
        return [(prefix, str(config))]
    return [line for key, value in config.items() for line in _flat(value, f"{prefix}.{key}" if prefix else str(key))]
