"""`score`, part three: the run directory that the measured blocks become."""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmark.judge.read import LEDGER
from benchmark.keeping import is_object, keep_others
from benchmark.rundir.summaries import read_summary
from benchmark.scoring.asked import of_world
from benchmark.scoring.blocks import SUFFIX, Blocks
from benchmark.scoring.finish import Finished, in_whole
from benchmark.scoring.load import Loaded
from benchmark.scoring.score import write_summary
from metrics.catalog import families
from metrics.draws import Draws
from metrics.errors import UserError
from metrics.files import atomic_write_text, read_object
from metrics.records import write_examples, write_generations
from metrics.scoring import Scoring
from metrics.segment import SegmentStats
from metrics.stages import GOLD
from metrics.terminal import say

OWN = ("summary.json", "scores.parquet", "report.html", "manifest.json", "steps", "judge")
"""What a `score` writes or clears in its folder, besides examples and generations."""
WRITTEN = "written.json"
"""In steps/score/TASK: the key of the blocks there, and the files that the scores were written beside."""


def written_by(out: Path) -> str | None:
    """The command that wrote a folder, by its manifest; None without a manifest of the suite's."""
    from benchmark.rundir.manifest import read_manifest

    if not is_object(out / "manifest.json", ("command", "argv", "config_hash")):
        return None
    return read_manifest(out).command  # a damaged one is told


class Files:
    """The files of one `score` in a folder."""

    def __init__(self, out: Path, loaded: Loaded) -> None:
        self.out, self.loaded = out, loaded
        self.examples = out / "examples" / f"{loaded.task}-test.jsonl"
        self.texts = {
            name: out / "generations" / loaded.task / f"{name}.jsonl"
            for name, (_, stage, _, _) in loaded.owners.items()
            if stage != GOLD
        }
        self.note = out / "steps" / "score" / loaded.task / WRITTEN

    def make_room(self, key: str) -> None:
        """What an earlier `score` wrote goes, and nothing else; blocks of the same key stay.

        Raises UserError, before anything is removed, where the directory belongs to a run, or where an input is one of
        the files that are written, old or new.
        """
        out, steps = self.out, self.out / "steps" / "score"
        command = written_by(out)
        if command not in (None, "score"):
            raise UserError(
                f"--out {out}: holds a run directory of `{command}`, whose scores would be lost; give another directory"
            )
        parts = sorted(steps.glob("*/*.parquet"))  # of versions before November 2026: one for each system
        written = [out / "generations" / part.parent.name / f"{part.stem}.jsonl" for part in parts]
        written += [out / "examples" / f"{task}-test.jsonl" for task in sorted({part.parent.name for part in parts})]
        notes = {path: read_object(path) for path in sorted(steps.glob(f"*/{WRITTEN}"))}
        written += [out / str(name) for told in notes.values() for name in told.get("files", [])]
        for path in self.loaded.inputs:
            wanted = {w.resolve() for w in [*written, self.examples, *self.texts.values()]}
            if (resolved := path.resolve()) in wanted or (out / "steps").resolve() in resolved.parents:
                raise UserError(f"{path}: is one of the files that --out {out} replaces; give another --out")
        # One that was interrupted left its notes, before November 2026 its parts, and no manifest.
        ours = command is not None or bool(notes) or bool(parts)
        keep_others([*(out / name for name in OWN), self.examples, *self.texts.values()], ours)
        same = notes.get(self.note, {}).get("key") == key
        if not same:
            for path in written:
                path.unlink(missing_ok=True)
            shutil.rmtree(out / "steps", ignore_errors=True)
        # What judges said of the earlier outputs goes with them; their ledgers stay, for what was answered once is not
        # asked again.
        for path in (out / "judge").glob("*/*"):
            if path.is_file() and path.name != LEDGER:
                path.unlink()
        files = [str(path.relative_to(out)) for path in (self.examples, *self.texts.values())]
        atomic_write_text(self.note, json.dumps({"key": key, "files": files}, ensure_ascii=False, indent=1) + "\n")

    def finish(self, args: argparse.Namespace, blocks: Blocks) -> int:
        """Summary, scores, texts, manifest and report; the blocks are removed."""
        from benchmark.report import print_table, print_verdict, write_report
        from benchmark.report.data import load
        from benchmark.rundir.manifest import RunManifest, git_state, hardware, package_versions

        loaded, out = self.loaded, self.out
        profile, models, means = loaded.profile, loaded.models, loaded.means
        finished = Finished(
            blocks, loaded.found, loaded.owners, in_whole(blocks.whole, self._whole, list(loaded.systems))
        )
        run: dict[str, Any] = {"task": loaded.task, "config_hash": loaded.config_hash, "seed": profile.run.seed}
        run |= {"reward_id": means.reward.id} if means.load_reward else {}
        run |= {} if args.limit is None else {"limit": args.limit}
        draws = Draws(profile.score.bootstrap_draws, profile.score.permutation_draws, profile.run.seed)
        summary = finished.summary(run, draws)
        for name, path in self.texts.items():
            write_generations(path, loaded.systems[name])
        write_examples(self.examples, loaded.examples)
        finished.write_scores(out / "scores.parquet")
        write_summary(out / "summary.json", summary, {loaded.task: summary})
        commit, dirty = git_state()
        data, used = {"test": loaded.about}, models.used(None, profile.score.reward)
        RunManifest(
            command="score",
            argv=args.argv,
            config=profile.measuring(None, profile.score.reward),
            config_hash=loaded.config_hash,
            commit=commit,
            dirty=dirty,
            packages=package_versions(),
            hardware=hardware(),
            data=data,
            reward_id=run.get("reward_id"),
            judges=used,
            of_world=of_world(loaded.examples) if any(judge["embedded"] for judge in used.values()) else None,
        ).write(out)
        for path in self.note.parent.glob(f"*{SUFFIX}"):
            path.unlink()
        told_of_judges = self._judged(draws)
        at_hand = {path: loaded.systems[name] for name, path in self.texts.items()}
        shown = load(out, scores=not args.no_report, at_hand={**at_hand, self.examples: loaded.examples})
        page = f"report {out} (not made: --no-report)" if args.no_report else str(write_report(out, shown))
        if args.no_report:
            (out / "report.html").unlink(missing_ok=True)  # of other scores
        print_table(read_summary(out) if loaded.judges else summary)
        for tell in told_of_judges:
            tell()
        print_verdict(out, shown)
        say(f"summary: {out / 'summary.json'}", f"report: {page}")
        return 0

    def _judged(self, draws: Draws) -> list[Callable[[], None]]:
        """Asks the judges of this call; what tells their verdicts on the terminal."""
        if not self.loaded.judges:
            return []
        from benchmark.judge.study import run_judge
        from benchmark.judge.told import tell

        settings = self.loaded.profile.judge
        return [partial(tell, run_judge(self.out, name, settings, draws)) for name in self.loaded.judges]

    def _whole(self, system: str, family: str) -> list[SegmentStats]:
        """A family that needs all segments of a system at once."""
        loaded = self.loaded
        scoring = Scoring(list(loaded.examples), list(loaded.systems[system]), loaded.means, loaded.found.outline)
        return families()[family].score(scoring)
