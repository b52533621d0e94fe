"""`score`, part one: everything that is read and checked before anything is scored or written."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmark.data.told import tell_doubles, tell_notices
from benchmark.judge import load_judge
from benchmark.judge import options as judging
from benchmark.scoring import inputs
from benchmark.scoring.asked import _pairs, _reward, only_asked
from benchmark.scoring.blocks import Work, block_size
from benchmark.scoring.families import Means, wanted_families
from benchmark.scoring.score import System, file_name, own_names
from benchmark.scoring.survey import Survey, floor_texts, gold_texts, survey
from benchmark.settings.config import Profile, load_profile
from benchmark.settings.models import Models
from metrics.errors import UserError
from metrics.inventory import Inventory
from metrics.open.bounds import FLOOR
from metrics.records import Example, Generation, sha256_file, sha256_json
from metrics.scores_writer import Owner
from metrics.scripts import notices
from metrics.stages import GOLD
from metrics.strata import Shown
from metrics.summary import system_keys
from metrics.terminal import say

NO_REWARD = "no reward is asked for (--set rl.reward=NAME rl.reward_path=FOLDER)"


@dataclass
class Loaded:
    """What a call of `score` is about."""

    examples: Sequence[Example]
    systems: dict[str, Sequence[Generation]]
    """File name -> generations; the references among them, where all examples have one."""
    owners: dict[str, Owner]
    """File name -> what its rows are filed under."""
    given: inputs.Inputs
    found: Survey
    profile: Profile
    models: Models
    means: Means
    judges: list[str]
    about: dict[str, Any]
    """Of the examples, for the manifest."""
    inputs: list[Path]
    """All files that were read."""
    config_hash: str
    task: str

    def work(self) -> Work:
        """What measuring a block takes, with the floor of open.* as one more system."""
        systems = dict(self.systems)
        below = floor_texts(self.examples, self.found)
        if below is not None:
            systems[FLOOR] = below
        key = {
            "inputs": [sha256_file(path) for path in self.inputs],
            "settings": self.config_hash,
            "systems": list(systems),
            "code": code_hash(),
        }
        size = block_size(len(self.examples))
        return Work(self.examples, systems, self.means, self.found.outline, sha256_json(key), size)


def code_hash() -> str:
    """Of all code that measures: blocks of another version are not gone on with."""
    top, digest = Path(__file__).resolve().parents[2], hashlib.sha256()
    for folder in ("metrics", "benchmark/scoring"):
        for path in sorted((top / folder).rglob("*")):
            if path.is_file() and path.suffix in (".py", ".tsv", ".toml", ".json"):
                digest.update(str(path.relative_to(top)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def load(args: argparse.Namespace) -> Loaded:
    """Reads what the command line names. Raises UserError for whatever cannot be scored."""
    given = inputs.read_inputs(args)
    examples = given.examples
    strange = notices(examples)
    tell_notices(str(given.files[0]), strange)
    for note in given.notes:
        say(f"note: {note}", err=True)
    if any(stage == GOLD for _, stage, _ in given.groups):
        raise UserError(
            "stage gold in --generations: that is the name of the references, which are scored by themselves; "
            "name the stage otherwise"
        )
    wanted = [*judging.overrides(args), *args.overrides, *([f"score.names={args.names}"] if args.names else [])]
    profile = only_asked(load_profile(args.profile, wanted, allow_code=args.allow_code), args.overrides, args.limit)
    judges = profile.judge.names if args.judge or any(o.startswith("judge.names") for o in args.overrides) else []
    for name in judges:
        load_judge(name, profile.judge, None)
        if name == args.judge == "oracle":
            from benchmark.judge.oracle import need_facts

            need_facts(name, examples, str(given.files[0]))
    models = Models(profile)
    reward = _reward(models, examples)
    found = survey(examples)
    absent = {} if reward else {"reward": NO_REWARD}
    means = Means(Inventory(examples), models.retrieval, models.scorers, reward, absent)
    if profile.score.families is not None:
        means.families = wanted_families(profile.score)
        found = replace(found, read=means.wants("open"))
    means.names = own_names(profile.score.names, found.outline.pairs)
    pairs = _pairs(args.para, examples[0]) if args.para else []
    means.shown = Shown(r for e in pairs for r in e.reference or ()) if pairs else None
    about: dict[str, Any] = {"sha256": given.examples_hash, "n": len(examples), "notices": strange}
    tell_doubles(str(given.files[0]), examples, {"para": pairs}, about)
    means.fluency = models.fluency
    if file_name("", args.task, several=False) != args.task:
        raise UserError(f"--task {args.task!r}: letters, digits and - _ . + only")
    groups: dict[System, Sequence[Generation]] = dict(given.groups)
    if found.references:
        groups[GOLD, GOLD, None] = gold_texts(examples)
    else:
        missing = found.outline.n - found.outline.with_reference
        say(f"note: gold is not scored: {missing} of {len(examples)} examples have no reference", err=True)
    names = _named(groups)
    system_keys(list(dict.fromkeys((system, stage) for system, stage, _ in groups)))  # before anything is measured
    models.check(profile.score.reward)
    read = [*given.files, *([Path(args.para)] if args.para else []), *([means.names] if means.names else [])]
    return Loaded(
        examples,
        {name: groups[system] for name, system in names.items()},
        {name: (system, stage, args.task, seed) for name, (system, stage, seed) in names.items()},
        given,
        found,
        profile,
        models,
        means,
        judges,
        about,
        read,
        _config_hash(profile, models, means, given.examples_hash),
        args.task,
    )


def _config_hash(profile: Profile, models: Models, means: Means, examples: str) -> str:
    told = profile.measuring(None, profile.score.reward)
    # A file of names counts by its content, wherever it lies.
    counted = {name: value for name, value in told["score"].items() if name != "workers"}  # of them nothing depends
    settings = {**counted, "names": sha256_file(means.names) if means.names else None}
    settings |= {"para": means.shown.fingerprint} if means.shown else {}
    config = {"score": settings, "examples": examples, "models": models.identity(profile.score.reward)}
    return sha256_json(config)


def _named(groups: Mapping[System, Sequence[Generation]]) -> dict[str, System]:
    """File name -> system. Raises UserError where two would share a name."""
    several = len({system for system, stage, _ in groups if stage != GOLD}) > 1
    named: dict[str, System] = {}
    for system, stage, seed in groups:
        name = file_name(system, stage, several, seed)
        if name in named:
            raise UserError(
                f"system {system!r}, stage {stage!r}: as a file name it is the same as another one; rename one of them"
            )
        named[name] = system, stage, seed
    return named
