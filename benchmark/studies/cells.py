"""What a study has to run: the settings of each cell, put together and checked before anything is trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.settings.assets import resolve
from benchmark.settings.config import Profile, load_profile, parse_override
from benchmark.studies.declared import Study, Times, check_key, override
from metrics.errors import UserError
from metrics.files import sha256_json

QUICK = "smoke"
"""Profile of --quick."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A study as it was asked for."""

    name: str
    study: Study
    profile: str
    overrides: tuple[str, ...]
    """Of the command line: they hold for all cells."""
    seeds: tuple[int, ...]
    quick: bool = False
    """On the profile `smoke`, to see that everything works: the numbers mean nothing."""
    allow_code: bool = False

    def record(self) -> dict[str, Any]:
        """What one folder of runs belongs to: more seeds may be added, nothing else may change."""
        return {"study": self.name, "profile": self.profile, "overrides": list(self.overrides), "quick": self.quick}


@dataclass(frozen=True, slots=True)
class CellRun:
    """One cell in one seed: a run."""

    cell: str
    seed: int
    profile: Profile
    argv: tuple[str, ...]
    """Of `run`, without its run directory."""

    @property
    def name(self) -> str:
        """Of its run directory."""
        return f"{self.cell}-seed{self.seed}"


def settings_of(asked: Asked, cell: str) -> list[str]:
    """What `--set` sets for a cell, the command line's own first.

    Raises UserError where the command line sets what the cell sets, and where nothing is left to multiply.
    """
    base = load_profile(asked.profile, asked.overrides, allow_code=asked.allow_code)
    said = {".".join(parse_override(item)[0]) for item in asked.overrides}
    made, wanted = [], asked.study.cells[cell].set
    for key, value in wanted.items():
        if not isinstance(value, Times):
            if key in said:
                raise UserError(f"--set {key}: is what the cell itself sets; leave it to the study")
            made.append(override(key, value))
        elif (of := _value(base, value.of or key)) is not None:
            made.append(override(key, _times(of, value, key)))
    if wanted and not made:
        raise UserError(
            f"profile {asked.profile} leaves {_multiplied(wanted)} empty, so there is nothing to multiply; "
            "set it (--set)"
        )
    return [*asked.overrides, *made]


def _multiplied(wanted: Mapping[str, Any]) -> str:
    return " and ".join(dict.fromkeys(value.of or key for key, value in wanted.items() if isinstance(value, Times)))


def _value(profile: Profile, key: str) -> Any:
    found: Any = profile.resolved()
    for part in key.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _times(value: Any, wanted: Times, key: str) -> int | float:
    """Whole numbers stay whole, and at least 1."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UserError(f"{wanted.of or key} = {value!r} is no number: it cannot be taken {wanted.times:g} times")
    return max(1, round(value * wanted.times)) if isinstance(value, int) else value * wanted.times


def cell_runs(asked: Asked) -> tuple[list[CellRun], dict[str, str]]:
    """(the runs, all cells of a seed before those of the next; the cells that are left out, with the reason).

    Cells are left out under --quick alone, where the profile `smoke` cannot be what they are. Raises UserError for
    settings that no run can have.
    """
    for item in asked.overrides:
        check_key(".".join(parse_override(item)[0][:2]), "--set")
    made: dict[str, list[str]] = {}
    left_out: dict[str, str] = {}
    known: dict[str, str] = {}
    for cell in asked.study.own():
        try:
            settings = settings_of(asked, cell)
            what = _checked(asked, settings)
            if what in known:
                raise UserError(
                    f"is the same run as cell {known[what]!r} on profile {asked.profile}: what it changes is empty or "
                    "too small there; set it (--set)"
                )
        except UserError as error:
            if not asked.quick or cell == asked.study.runs_of(asked.study.baseline):
                raise UserError(f"study {asked.name}, cell {cell!r}: {error}") from None
            left_out[cell] = str(error)
            continue
        made[cell], known[what] = settings, cell
    return list(_runs(asked, made)), left_out


def _checked(asked: Asked, settings: Sequence[str]) -> str:
    """What a cell asks of a run, as one text. Raises UserError for settings that no run can have, and for a model of
    the suite that is not here."""
    profile = load_profile(asked.profile, settings, allow_code=asked.allow_code)
    for key, path in (("policy.path", profile.policy.path), ("rl.reward_path", profile.rl.reward_path)):
        resolve(path or "", key)
    return sha256_json(profile.resolved())


def _runs(asked: Asked, made: dict[str, list[str]]) -> Iterator[CellRun]:
    for seed in asked.seeds:
        for cell, settings in made.items():
            profile = load_profile(asked.profile, settings, seed, asked.allow_code)
            yield CellRun(cell, seed, profile, _argv(asked, settings, seed))


def _argv(asked: Asked, settings: Sequence[str], seed: int) -> tuple[str, ...]:
    sets = ("--set", *settings) if settings else ()
    code = ("--allow-code",) if asked.allow_code else ()
    return ("run", "--stage", asked.study.stage, "--profile", asked.profile, "--seed", str(seed), *sets, *code)


def rl_steps_of(runs: Sequence[CellRun], stage: str) -> int | None:
    """Steps of RL that runs up to `stage` take together, those that several of them share once; None where the size of
    D_src is known only to its file."""
    if stage == "sft":
        return 0
    distinct = {_before_recovery(run.profile): run.profile for run in runs}
    steps = [_rl_steps(profile) for profile in distinct.values()]
    return None if None in steps else sum(n for n in steps if n is not None)


def _rl_steps(profile: Profile) -> int | None:
    cfg, sources = profile.rl, profile.data.n_src
    if cfg.max_steps is not None:
        return cfg.max_steps
    return None if sources is None else max(1, int(sources // cfg.prompts_per_step * cfg.epochs))


def _before_recovery(profile: Profile) -> str:
    """What SFT and RL are made of: runs in which it is equal share both."""
    told = profile.resolved()
    told["data"].pop("n_recovery")
    return sha256_json([told[section] for section in ("run", "data", "policy", "prompt", "sft", "rl")])


def default_out(asked: Asked) -> Path:
    """Where a study lies that was not told where; a trial never lies where the study itself does."""
    return Path("runs") / f"study-{asked.name}{'-quick' if asked.quick else ''}"
