"""The training steps: SFT, the control arm, RL, recovery. Each is skipped when done, and goes on where it was
killed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmark.generation.decoding import Work
from benchmark.generation.wanted import Wanted, wanted
from benchmark.pipeline.beside import Beside
from benchmark.pipeline.measure import ASK_CODE, REWARD_CODE
from benchmark.pipeline.workplace import Workplace
from benchmark.rundir.done import Done
from benchmark.rundir.steps import MadeOf
from benchmark.settings.config import SFTSettings
from benchmark.settings.models import Models, check_unchanged, model_content
from benchmark.tasks import TASKS, Task
from metrics.records import Example, sha256_json
from training.shared.stage import Around, RLAround

WITH_RL = ("rl", "recovery", "all")
"""Stages of the command that need D_src."""
WITH_RECOVERY = ("recovery", "all")
VALIDATION = "validate-reward"
"""The step that needs no checkpoint."""
FEW = 4  # pairs of each kind that are validated in a second
SFT_CODE = ("training.sft.train:train_sft",)
RL_CODE = (
    "training.rl.grpo:train_rl",
    REWARD_CODE,
    ASK_CODE,
    "benchmark.pipeline.train:coverage_probe",
    "benchmark.generation.wanted:Wanted",
)
VALIDATION_CODE = ("benchmark.reward.validate:supports", "benchmark.reward.validate:reward_digest", REWARD_CODE)
PROBED = (
    "coverage.recall",
    "coverage.recall_source",
    "coverage.precision",
    "coverage.f1",
    "verbosity.chars",
    "verbosity.length_ratio",
    "form.fluency",
    "form.headline",
)
"""What the probe reports during RL; the facts it counts are those of the metrics, not the reward's."""


def pairs_of(task: Task, para: Sequence[Example], n: int | None = None) -> list[tuple[str, str]]:
    """(prompt, completion) of D_para, or of its first n."""
    return [(task.ask(e.source), (e.reference or ("",))[0]) for e in para[:n]]


def train(
    place: Workplace,
    stage: str,
    task: Task,
    splits: Mapping[str, list[Example]],
    policy: str,
    models: Models,
    beside: Beside | None,
) -> dict[str, str]:
    """The training steps up to `stage`: the checkpoint of each stage, the policy's own first. beside: validates the
    reward meanwhile, and is told of each checkpoint but the last, as soon as it is there."""
    profile, para = place.profile, splits["para"]
    pairs, again = pairs_of(task, para), pairs_of(task, para, profile.data.n_recovery)
    last = "post-recovery" if stage in WITH_RECOVERY else "post-rl" if stage in WITH_RL else "post-sft"
    checkpoints: dict[str, str] = {}

    def made(name: str, path: str | Path) -> str:
        checkpoints[name] = str(path)
        if beside is not None and name != last:
            beside.do(name, str(path))
        return str(path)

    if beside is not None and stage in WITH_RL and _validates_beside(place):
        beside.do(VALIDATION, "")
    made("base", policy)
    tuned = made("post-sft", sft(place, "post-sft", policy, pairs, profile.sft))
    if stage == "all":
        made("post-sft-continued", sft(place, "post-sft-continued", tuned, again, profile.recovery))
    if stage in WITH_RL:
        validate_reward(place, task, models)
        learned = made("post-rl", rl(place, tuned, task, splits["src"], splits.get("dev", []), models))
    if stage in WITH_RECOVERY:
        made("post-recovery", sft(place, "post-recovery", learned, again, profile.recovery))
    return checkpoints


def _validates_beside(place: Workplace) -> bool:
    """Whether SFT takes long enough for the reward to be validated meanwhile, and that is worth it; one that is asked
    elsewhere is not to be asked twice."""
    cfg, trained = place.profile.rl, place.run_dir / "steps" / "train" / "post-sft" / "done.json"
    elsewhere = "llm-judge" in f"{cfg.reward} {cfg.reward_path} {cfg.reward_options}"
    return cfg.validate_pairs > FEW and not elsewhere and not trained.exists()


def sft(place: Workplace, stage: str, parent: str, pairs: list[tuple[str, str]], settings: SFTSettings) -> Path:
    """The step that fine-tunes `parent` (folder or hub id) into checkpoints/<stage>."""
    from training.sft.train import train_sft

    out = place.run_dir / "checkpoints" / stage

    def work() -> dict[str, Any]:
        made = train_sft(
            parent,
            pairs,
            out,
            settings,
            stage,
            around=Around(
                log_dir=place.run_dir / "logs",
                trust_remote_code=place.profile.policy.trust_remote_code,
                trackers=place.profile.run.trackers,
            ),
        )
        return _lineage(made)

    inputs = {"parent": model_content(parent), "data": sha256_json([list(p) for p in pairs])}
    _train(
        place,
        stage,
        MadeOf(dataclasses.asdict(settings), inputs, SFT_CODE),
        out,
        [],
        work,
        lambda: check_unchanged(parent, inputs["parent"]),
    )
    return out


def validate_reward(place: Workplace, task: Task, models: Models) -> dict[str, Any]:
    """The step that holds the run's own reward against known answers, before anything is trained on it; returns the
    digest.

    It goes into the manifest. A reward that fails its null baselines is told loudly, in every call, skipped or not, and
    the categories that mislead it in a line; it stops nothing.
    """
    from benchmark.reward.challenge import FIRST
    from benchmark.reward.validate import loud, no_digest, reward_digest, supports, weakness

    n = place.profile.rl.validate_pairs
    version = task.version if task.name in TASKS else FIRST

    def work() -> dict[str, Any]:
        if n == 0:
            return no_digest("switched off (rl.validate_pairs = 0)")
        if (reason := supports(task.source_lang, task.target_lang)) is not None:
            return no_digest(reason)
        return reward_digest(models.load_reward(), n, target_lang=task.target_lang, version=version)

    config = {"n": n, "langs": [task.source_lang, task.target_lang], "reward": place.profile.rl.reward}
    inputs = {"reward": sha256_json(models.identity()["reward"])}
    done = place.steps.run(VALIDATION, MadeOf(config, inputs, VALIDATION_CODE), [], work, unchanged=models.identity)
    place.manifest.reward_validation = done.record
    place.manifest.write(place.run_dir)
    if done.record["warning"]:
        for line in ["", *loud(done.record["warning"])]:
            place.say(line)
    elif text := weakness(done.record):
        place.say(text)
    return done.record


def rl(place: Workplace, parent: str, task: Task, sources: list[Example], dev: list[Example], models: Models) -> Path:
    """The step that reinforces `parent` on D_src into checkpoints/post-rl; rewards, steps and the probe go to logs/."""
    from training.rl.grpo import train_rl

    out, logs = place.run_dir / "checkpoints" / "post-rl", place.run_dir / "logs"
    cfg = place.profile.rl
    probed = ([e for e in dev if e.facts] or [e for e in dev if e.reference])[: cfg.probe_examples]
    how = wanted(place.profile, parent)

    def work() -> dict[str, Any]:
        reward = models.load_reward()
        probe = coverage_probe(place, task, how, parent, probed, reward) if probed else None
        made = train_rl(
            parent,
            sources,
            task.ask,
            out,
            cfg.settings,
            reward,
            around=RLAround(
                stage="post-rl",
                twin=place.profile.run.beside,
                log_dir=logs,
                probe=probe,
                trust_remote_code=place.profile.policy.trust_remote_code,
                trackers=place.profile.run.trackers,
                strip_think=how.strip_think,
            ),
        )
        return {**_lineage(made), "reward_id": reward.id, "reward_counts": reward.counts(), "decoding": how.rollouts()}

    data = sha256_json([[e.source for e in sources], [e.id for e in probed], task.prompt])
    config = {
        **dataclasses.asdict(cfg),
        "reward": models.identity()["reward"],
        "reward_path": None,
        "validate_pairs": None,
    }
    config["decoding"] = how.rollouts()
    kept = [logs / "rl_rewards.jsonl", logs / "rl_steps.jsonl", *([logs / "rl_probe.jsonl"] if probed else [])]
    inputs = {"parent": model_content(parent), "data": data}

    def unchanged() -> None:
        check_unchanged(parent, inputs["parent"])
        models.identity()

    _train(place, "post-rl", MadeOf(config, inputs, RL_CODE), out, kept, work, unchanged)
    return out


def _train(
    place: Workplace,
    stage: str,
    made_of: MadeOf,
    out: Path,
    logs: list[Path],
    work: Callable[[], dict[str, Any]],
    unchanged: Callable[[], None],
) -> Done:
    out.parent.mkdir(parents=True, exist_ok=True)
    done = place.steps.run(
        f"train/{stage}",
        made_of,
        [out, *logs],
        work,
        owned=[out, Path(f"{out}.work")],
        shared=True,
        unchanged=unchanged,
    )
    place.manifest.training_steps[stage] = done.record["steps"]
    place.manifest.checkpoints[stage] = {k: v for k, v in done.record.items() if k not in ("reward_counts", "decoding")}
    place.manifest.reward_id = done.record.get("reward_id", place.manifest.reward_id)
    place.manifest.write(place.run_dir)
    return done


def _lineage(checkpoint: Any) -> dict[str, Any]:
    return {k: v for k, v in dataclasses.asdict(checkpoint).items() if k != "path"}


def coverage_probe(
    place: Workplace, task: Task, how: Wanted, tokenizer_of: str, examples: list[Example], reward: Any
) -> Callable[[Any], dict[str, float]]:
    """A function that generates greedily for some dev examples and measures their coverage: an eye on RL that is not
    the reward.

    Its texts have a token cap of their own (rl.probe_tokens): what the policy may write in RL is enough, and a probe
    must not cost more than RL. The reward's own opinion of the same texts (gate x raw) stands beside it, so that the
    two can be seen to part (`training.rl.watchdogs`).
    """
    from benchmark.generation.decoding import Decoding
    from benchmark.generation.local import generate_texts
    from metrics.coverage import align_all, facts_stated, score_facts
    from metrics.form.scores import score_form
    from metrics.inventory import Inventory
    from metrics.overlap import score_overlap
    from metrics.verbosity import score_verbosity
    from training.rewards.safeguards import gate
    from training.rl.watchdogs import CHRF, REWARD
    from training.shared.loading import load_tokenizer

    tokenizer = load_tokenizer(tokenizer_of, place.profile.policy.trust_remote_code)
    gold = [r for e in examples for r in (e.reference or ())]
    cap = place.profile.rl.probe_tokens or place.profile.rl.max_completion_length
    stop, batch = tuple(place.profile.prompt.stop), place.profile.generate.batch_size
    decoding = Decoding(cap, batch, stop=stop, strip_think=how.strip_think)
    inventory = Inventory(examples)
    prompts, ids = [task.ask(e.source) for e in examples], [e.id for e in examples]

    def probe(model: Any) -> dict[str, float]:
        found = {
            i: text
            for rows in generate_texts(model, tokenizer, prompts, ids, decoding, work=Work(progress=False))
            for i, text, _, _ in rows
        }
        texts = [found[i] for i in ids]
        alignments = align_all(examples, texts, inventory)
        metrics = [
            *score_facts(examples, texts, inventory, alignments),
            *score_verbosity(examples, texts, None, facts_stated(alignments)),
            *score_form(examples, texts),
        ]
        values = {m.metric: m.value() for m in metrics if m.metric in PROBED}
        if gold and not any(e.facts for e in examples):  # a user's own data: chrF, as a fraction like the rest
            values[CHRF] = next(
                (m.value() or 0.0) / 100 for m in score_overlap(examples, texts) if m.metric == "overlap.chrf"
            )
        raw = reward.score([e.source for e in examples], texts)
        held = [r if gate(t, e.target_lang) else 0.0 for r, t, e in zip(raw, texts, examples, strict=True)]
        return {name: value for name, value in values.items() if value is not None} | {REWARD: sum(held) / len(held)}

    return probe
