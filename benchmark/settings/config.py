"""Profiles: TOML files with strict sections (`schema`). An unknown key is an error that names the nearest known one;
`--set a.b=c` overrides."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from benchmark.judge import JUDGES
from benchmark.registry import nearest
from benchmark.settings.schema import MOST_ROWS, RL, Policy, Profile, Prompt, Run
from benchmark.settings.trust import check_code
from metrics.errors import UserError
from metrics.files import check_whole, read_toml
from metrics.scorers import SCORERS
from metrics.stages import SPLITS
from training.rl.settings import check_rl
from training.sft.settings import SFTSettings, check_settings
from training.shared.trackers import check_names

__all__ = [
    "MOST_ROWS",
    "PROFILES",
    "RL",
    "Policy",
    "Profile",
    "Prompt",
    "Run",
    "SFTSettings",
    "load_profile",
    "parse_override",
    "rebuild",
]
PROFILES = Path(__file__).resolve().parents[1] / "profiles"
NULL = "null"
"""What a TOML string or an override says for "no value"."""
LONGEST = 2**16
"""Characters of one value of a profile."""
RUN_SEED = "the seed of a run is run.seed (--seed)"


def check_sft(settings: SFTSettings, section: str) -> None:
    """Raises UserError for numbers that no fine-tuning can use."""
    check_settings(settings, section, ("epochs", "batch_size", "lr", "max_length", "save_steps", "accumulation"))


def _fields(kind: Any) -> list[str]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return list(kind.model_fields)
    return [f.name for f in dataclasses.fields(kind) if f.name != "seed"]


def check_keys(values: Mapping[str, Any], where: str) -> None:
    """Raises UserError for a section or key that no profile has, naming the nearest."""
    for section, content in values.items():
        if section not in Profile.model_fields:
            raise UserError(f"{where}: unknown section [{section}]; {nearest(section, Profile.model_fields)}")
        if not isinstance(content, Mapping):
            raise UserError(f"{where}: {section} must be a section, [{section}]")
        known = _fields(Profile.model_fields[section].annotation)
        for key in content:
            if key == "seed" and section != "run":
                raise UserError(f"{where}: {section}.seed is not set by itself; {RUN_SEED}")
            if key not in known:
                everywhere = [f"{s}.{k}" for s, f in Profile.model_fields.items() for k in _fields(f.annotation)]
                elsewhere = [name for name in everywhere if name.endswith(f".{key}")]
                hint = f"did you mean {' or '.join(elsewhere)}?" if elsewhere else nearest(key, known)
                raise UserError(f"{where}: unknown key {section}.{key}; {hint}")


def parse_override(item: str) -> tuple[list[str], Any]:
    """'a.b=c' -> (['a', 'b'], value): a TOML value where it is one, else text; 'null' is None. Raises UserError without
    '=' or '.'."""
    name, equals, text = item.partition("=")
    path = name.strip().split(".")
    if not equals or len(path) < 2 or not all(path):
        raise UserError(f"--set {item}: expected SECTION.KEY=VALUE")
    try:
        found = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return path, text
    except (ValueError, RecursionError) as error:  # thousands of digits, or brackets in brackets
        raise UserError(f"--set {item[:60]}...: {str(error)[:80]}; give another value") from None
    check_whole(found, f"--set {item[:60]}")
    # A line break in the text may begin a key of its own: then all of it is text.
    return path, found["value"] if list(found) == ["value"] else text


def _put(values: dict[str, Any], path: Sequence[str], value: Any, item: str) -> None:
    for part in path[:-1]:
        values = values.setdefault(part, {})
        if not isinstance(values, dict):
            raise UserError(f"--set {item}: {part} is a key, not a section")
    values[path[-1]] = value


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_null(v) for k, v in value.items()}
    return None if value == NULL else value


def profile_path(name: str) -> Path:
    """The file of a profile: a shipped one by name, or a path ending in .toml. Raises UserError naming the nearest."""
    path = Path(name)
    if path.suffix == ".toml":
        if not path.is_file():
            raise UserError(
                f"--profile {name}: no such file; check the path, or name a shipped profile (`ls profiles`)"
            )
        return path
    shipped = {p.stem: p for p in PROFILES.glob("*.toml")}
    if name not in shipped:
        raise UserError(f"unknown profile {name!r}; {nearest(name, shipped)} (or give a TOML file)")
    return shipped[name]


def load_profile(
    name: str, overrides: Sequence[str] = (), seed: int | None = None, allow_code: bool = False
) -> Profile:
    """A profile with its overrides, checked. Raises UserError naming file, key and what is allowed.

    allow_code: the user lets the file name code (`benchmark.settings.trust`); what stands in the overrides he has said
    himself.
    """
    path = profile_path(name)
    values = read_toml(path)
    check_keys(values, str(path))
    own = _task_of(values)
    for item in overrides:
        keys, value = parse_override(item)
        check_keys({keys[0]: {keys[1]: value}}, f"--set {item}")
        _put(values, keys, value, item)
    if seed is not None:
        values.setdefault("run", {})["seed"] = seed
    _tasks_of_task(values, own, _said(overrides))
    _sizes_of_files(values, _said(overrides))
    values = _without_null(values)
    if not allow_code:
        check_code(values, str(path), _said(overrides))
    return _build(values, str(path) if not overrides else f"{path} with --set", _said(overrides))


def check_overrides(overrides: Sequence[str], where: str, said: Sequence[str]) -> None:
    """Overrides that stand in a file. said: those of the command line. Raises UserError where one is none, or would run
    code or send texts to an address and no command line says so."""
    values: dict[str, Any] = {}
    for item in overrides:
        keys, value = parse_override(item)
        _put(values, keys, value, item)
    check_code(_without_null(values), where, _said(said))


def _task_of(values: Mapping[str, Any]) -> Any:
    run = values.get("run")
    return run.get("task") if isinstance(run, dict) else None


def _tasks_of_task(values: dict[str, Any], own: Any, said: Collection[str]) -> None:
    """The further tasks of a profile belong to its own task: another one, or the user's files, are measured alone
    unless the command line names further tasks, too."""
    run = values.get("run")
    other = _task_of(values) != own or any(f"data.{split}" in said for split in SPLITS)
    if isinstance(run, dict) and other and "run.extra_tasks" not in said:
        run.pop("extra_tasks", None)


def _sizes_of_files(values: dict[str, Any], said: Collection[str]) -> None:
    """A file that the command line names is not cut to the size that the profile has for other data."""
    data = values.get("data")
    for split in SPLITS:
        if isinstance(data, dict) and f"data.{split}" in said and f"data.n_{split}" not in said:
            data.pop(f"n_{split}", None)


def _said(overrides: Sequence[str]) -> set[str]:
    return {".".join(parse_override(item)[0]) for item in overrides}


def rebuild(
    values: dict[str, Any],
    overrides: Sequence[str],
    where: str,
    needed: Collection[str] | None = None,
    mend: str | None = None,
) -> Profile:
    """The profile that a manifest holds (`resolved`), with overrides. Raises UserError as `load_profile`; code that the
    manifest names never runs.

    needed, mend: see `benchmark.settings.trust.check_code`.
    """
    known = {
        section: dict(content)
        for section, content in values.items()
        if section in Profile.model_fields and isinstance(content, dict)
    }
    for item in overrides:
        keys, value = parse_override(item)
        check_keys({keys[0]: {keys[1]: value}}, f"--set {item}")
        _put(known, keys, value, item)
    known = _without_null(known)
    check_code(known, where, _said(overrides), mend, needed)
    return _build(known, where, _said(overrides))


def _check_texts(values: Any, where: str) -> None:
    """Raises UserError for a text that can be neither a path nor a name: no file system takes a NUL."""
    todo = [values]
    while todo:
        value = todo.pop()
        if isinstance(value, str) and ("\0" in value or len(value) > LONGEST):
            raise UserError(
                f"{where}: a value holds a NUL, or more than {LONGEST:,} characters: {value[:40]!r}; mend it"
            )
        if isinstance(value, dict):
            todo += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            todo += value


def _build(values: dict[str, Any], where: str, said: Collection[str] = ()) -> Profile:
    _check_texts(values, where)
    seed = values.get("run", {}).get("seed", Run().seed)
    for section in ("sft", "rl", "recovery"):
        defaults = {"epochs": 1.0} if section == "recovery" else {}
        values[section] = {**defaults, **values.get(section, {}), "seed": seed}
    try:
        # Through JSON, where strictness means: no text for a number, no fraction for a whole number, but 3 for 3.0.
        profile = Profile.model_validate_json(json.dumps(values, default=str, allow_nan=True), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        place = "--set" if any(key == s or key.startswith(f"{s}.") for s in said) else f"{where}:"
        told = first["msg"].removeprefix("Value error, ")
        raise UserError(f"{place} {key} = {repr(first['input'])[:80]}: {told}") from None
    check_names(profile.run.trackers)
    if profile.sft.lora_rank and not profile.sft.lora_merge and not profile.rl.lora_rank:
        raise UserError(
            f"{where}: rl.lora_rank = 0 trains all weights, but sft.lora_merge = false leaves an adapter; "
            "change one of them"
        )
    check_sft(profile.sft, "sft")
    check_sft(profile.recovery, "recovery")
    check_rl(profile.rl)
    if profile.rl.probe_tokens is not None and profile.rl.probe_tokens < 1:
        raise UserError(f"{where}: rl.probe_tokens = {profile.rl.probe_tokens}: at least 1, or null")
    if profile.rl.validate_pairs < 0:
        raise UserError(f"{where}: rl.validate_pairs = {profile.rl.validate_pairs}: at least 0")
    for name in profile.score.scorers:
        if name not in SCORERS:
            raise UserError(f"{where}: unknown scorer score.scorers.{name}; {nearest(name, SCORERS)}")
    for name in profile.judge.names:
        if name not in JUDGES:
            raise UserError(f"{where}: judge.names: unknown judge {name!r}; {nearest(name, JUDGES)}")
    return profile
