"""Profiles: TOML files with strict sections. An unknown key is an error that names the nearest known one; `--set a.b=c` overrides.

The sections `sft`, `recovery` and `rl` are the settings records of `training` themselves, so no key is defined twice.
"""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchmark.registry import nearest
from benchmark.settings.trust import check_code
from metrics.errors import UserError
from metrics.scorers import SCORERS
from training.rl.grpo import RLSettings, check_rl
from training.sft.train import SFTSettings, check_settings
from training.shared.trackers import check_names

PROFILES = Path(__file__).resolve().parents[1] / "profiles"
NULL = "null"
"""What a TOML string or an override says for "no value"."""
RUN_SEED = "the seed of a run is run.seed (--seed)"


class Section(BaseModel):
    """Strict and frozen: no unknown key, no silent conversion of text to numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Run(Section):
    """What is run."""

    task: str = "newswire-title"
    """Primary task; its splits train the stages."""
    extra_tasks: list[str] = []
    """Further tasks that every stage is measured on."""
    split: Literal["test", "dev"] = "test"
    """Split that is measured. Tune on dev; open test once."""
    seed: int = Field(default=1, ge=0, le=2**32 - 1)
    """Training, sampling and resampling; never the world."""
    threads: int | None = Field(default=None, ge=1)
    """CPU threads of torch; null leaves torch's own choice. Stated in the manifest."""
    trackers: list[str] = ["tensorboard"]
    """Where the numbers of the step logs are shown, too: tensorboard, wandb, trackio. Not part of a run's identity."""


MOST_ROWS = 1_000_000
"""Ten times the paper's largest split. The world has no end: a slip of the hand would fill the memory before anything else is said."""


class Data(Section):
    """The splits: the task's own, or a user's files (examples.jsonl, or TSV with a header source, reference)."""

    para: str | None = None
    src: str | None = None
    dev: str | None = None
    test: str | None = None
    name: str = "user-data"
    """Task name that results on the user's own files are filed under."""
    n_para: int | None = Field(default=None, ge=1, le=MOST_ROWS)
    """Sizes of the embedded splits; null is the task's own. A smaller n_test takes the first ones of the constant test split."""
    n_src: int | None = Field(default=None, ge=1, le=MOST_ROWS)
    n_dev: int | None = Field(default=None, ge=1, le=MOST_ROWS)
    n_test: int | None = Field(default=None, ge=1, le=MOST_ROWS)
    n_extra: int | None = Field(default=None, ge=1, le=MOST_ROWS)
    """Size of the measured split of each of run.extra_tasks; null is the task's own."""
    n_recovery: int | None = Field(default=None, ge=1, le=MOST_ROWS)
    """Pairs of D_para (the first ones) that recovery and the control arm see; null is all of them, as in the paper."""

    @property
    def files(self) -> dict[str, str]:
        """The user's own files by split; empty on the embedded world."""
        return {s: p for s in ("para", "src", "dev", "test") if (p := getattr(self, s)) is not None}


class Policy(Section):
    """The model that is trained."""

    path: str = "asset:base"
    """Folder, hub id, or 'asset:NAME' for a model that ships with the suite."""
    dtype: Literal["float32", "bfloat16", "float16"] = "float32"
    """Precision of generation."""
    device_map: str | None = None
    """How the model is spread over devices for generation, as transformers knows it (`auto`); null: one device."""
    trust_remote_code: bool = False
    """Run the Python files that the model brings with it. Only ever true because a user wrote it; stands in the manifest."""


class Prompt(Section):
    """How the policy is asked, in training and in measuring alike; the defaults are the task's own prompt, plain."""

    template: str | None = None
    """Text with {source}, or the path of a .txt file that holds it; null: the task's own."""
    chat: bool = False
    """Put the template into a turn of the user, by the chat template of the policy's tokenizer."""
    system: str | None = None
    """System message, for `chat` alone."""
    chat_options: dict[str, Any] = {}
    """What the chat template takes, such as enable_thinking = false."""
    few_shot: int = Field(default=0, ge=0)
    """Solved examples before the question: the first ones of D_para, whose references are known."""
    stop: list[str] = []
    """Texts that end a generation (left out of it), besides the model's own end tokens. Only for measuring."""


class Generate(Section):
    """How texts are generated for measuring."""

    batch_size: int = Field(default=64, ge=1)
    max_new_tokens: int | None = Field(default=None, ge=1)
    """Token cap; null derives 4 x the longest gold text. A cap below 4 x the mean gold text is refused."""
    temperature: float = Field(default=0.0, ge=0)
    """0 is greedy."""
    backend: Literal["transformers", "vllm"] = "transformers"
    """What generates. vLLM is an extra with an environment of its own (no COMET in it)."""
    vllm: dict[str, Any] = {}
    """Options of vLLM's engine, such as tensor_parallel_size, pipeline_parallel_size or gpu_memory_utilization."""


class Score(Section):
    """Which scorers run, and how many draws the statistics take."""

    bootstrap_draws: int = Field(default=2000, ge=100)
    permutation_draws: int = Field(default=10_000, ge=10_000)
    scorers: dict[str, str | None] = {"comet_qe": "asset:comet"}
    """Name in metrics.scorers.SCORERS -> checkpoint folder; 'null' switches one off."""
    retrieval: str | None = "asset:encoder"
    """Encoder of grounding.retrieval_*, a sentence-transformers folder."""
    names: str | None = None
    """TSV file of your own names for open.*: type, names in the source language, names in the target language."""
    reward: bool = True
    """Whether reward.mean is computed with the RL stage's reward."""


class Plan(Section):
    """What `plan` assumes where it cannot count. None of it changes a run."""

    n_para: int | None = Field(default=None, ge=1, le=MOST_ROWS)
    """Examples of the user's own files, for a plan made before they are there; null counts them."""
    n_src: int | None = Field(default=None, ge=1, le=MOST_ROWS)
    n_dev: int | None = Field(default=None, ge=1, le=MOST_ROWS)
    n_test: int | None = Field(default=None, ge=1, le=MOST_ROWS)
    prompt_tokens: float = Field(default=600.0, gt=0)
    """Template and source."""
    target_tokens: float = Field(default=60.0, gt=0)
    """A reference."""
    completion_tokens: float | None = Field(default=None, gt=0)
    """A completion in RL, on average; null: half the cap (a reference, where the tokens are counted)."""
    tflops: float = Field(default=989.0, gt=0)
    """Peak of one GPU in the precision of training: 989 is the H100's in dense bfloat16."""
    mfu: float = Field(default=0.35, gt=0, le=1)
    """Share of that peak which training reaches."""
    bandwidth_gb: float = Field(default=3350.0, gt=0)
    """GB/s of the GPU's memory: 3350 is the H100 SXM's. Decoding reads all weights for each token."""
    decode_ms: float = Field(default=30.0, ge=0)
    """Least milliseconds of a decoding step: launching the kernels of some 36 layers from Python."""


class Report(Section):
    """What the report shows."""

    examples: int = Field(default=12, ge=0)
    """Sources shown side by side with gold and all stages."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RL(RLSettings):
    """The RL stage's settings and its reward."""

    reward: str = "reranker-generative"
    """Name in training.rewards.REWARDS, a folder, or module:function."""
    reward_path: str | None = "asset:reranker"
    """Folder or hub id that the named reward loads."""
    reward_options: dict[str, Any] = dataclasses.field(default_factory=dict)
    """Further options of that reward, such as `instruct`."""
    probe_examples: int = 32
    """Dev examples whose coverage is measured every `probe_every` steps, logged and never used to select; 0 for none."""
    validate_pairs: int = 24
    """Pairs with known answers per category that the reward is held against before RL (`validate-reward` asks more); 0 for none."""

    @property
    def settings(self) -> RLSettings:
        """What `train_rl` takes: the reward is given to it apart."""
        return RLSettings(**{f.name: getattr(self, f.name) for f in dataclasses.fields(RLSettings)})


class Profile(Section):
    """A whole resolved profile."""

    run: Run = Run()
    data: Data = Data()
    policy: Policy = Policy()
    prompt: Prompt = Prompt()
    sft: SFTSettings = SFTSettings()
    rl: RL = RL()
    recovery: SFTSettings = SFTSettings(epochs=1.0)
    generate: Generate = Generate()
    score: Score = Score()
    report: Report = Report()
    plan: Plan = Plan()

    def resolved(self) -> dict[str, Any]:
        """Plain JSON of all values."""
        return self.model_dump(mode="json")


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
    """'a.b=c' -> (['a', 'b'], value): a TOML value where it is one, else text; 'null' is None. Raises UserError without '=' or '.'."""
    name, equals, text = item.partition("=")
    path = name.strip().split(".")
    if not equals or len(path) < 2 or not all(path):
        raise UserError(f"--set {item}: expected SECTION.KEY=VALUE")
    try:
        return path, tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return path, text


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
            raise UserError(f"--profile {name}: no such file")
        return path
    shipped = {p.stem: p for p in PROFILES.glob("*.toml")}
    if name not in shipped:
        raise UserError(f"unknown profile {name!r}; {nearest(name, shipped)} (or give a TOML file)")
    return shipped[name]


def load_profile(name: str, overrides: Sequence[str] = (), seed: int | None = None, allow_code: bool = False) -> Profile:
    """A profile with its overrides, checked. Raises UserError naming file, key and what is allowed.

    allow_code: the user lets the file name code (`benchmark.settings.trust`); what stands in the overrides he has said himself.
    """
    path = profile_path(name)
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not a TOML file ({error})") from None
    check_keys(values, str(path))
    for item in overrides:
        keys, value = parse_override(item)
        check_keys({keys[0]: {keys[1]: value}}, f"--set {item}")
        _put(values, keys, value, item)
    if seed is not None:
        values.setdefault("run", {})["seed"] = seed
    values = _without_null(values)
    if not allow_code:
        check_code(values, str(path), _said(overrides))
    return _build(values, str(path) if not overrides else f"{path} with --set")


def _said(overrides: Sequence[str]) -> set[str]:
    return {".".join(parse_override(item)[0]) for item in overrides}


def rebuild(
    values: dict[str, Any], overrides: Sequence[str], where: str, needed: Collection[str] | None = None, mend: str | None = None
) -> Profile:
    """The profile that a manifest holds (`resolved`), with overrides. Raises UserError as `load_profile`; code that the manifest names never runs.

    needed, mend: see `benchmark.settings.trust.check_code`.
    """
    known = {section: dict(content) for section, content in values.items() if section in Profile.model_fields and isinstance(content, dict)}
    for item in overrides:
        keys, value = parse_override(item)
        check_keys({keys[0]: {keys[1]: value}}, f"--set {item}")
        _put(known, keys, value, item)
    known = _without_null(known)
    check_code(known, where, _said(overrides), mend, needed)
    return _build(known, where)


def _build(values: dict[str, Any], where: str) -> Profile:
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
        raise UserError(f"{where}: {key} = {first['input']!r}: {first['msg']}") from None
    check_names(profile.run.trackers)
    if profile.sft.lora_rank and not profile.sft.lora_merge and not profile.rl.lora_rank:
        raise UserError(f"{where}: rl.lora_rank = 0 trains all weights, but sft.lora_merge = false leaves an adapter; change one of them")
    check_sft(profile.sft, "sft")
    check_sft(profile.recovery, "recovery")
    check_rl(profile.rl)
    if profile.rl.validate_pairs < 0:
        raise UserError(f"{where}: rl.validate_pairs = {profile.rl.validate_pairs}: at least 0")
    for name in profile.score.scorers:
        if name not in SCORERS:
            raise UserError(f"{where}: unknown scorer score.scorers.{name}; {nearest(name, SCORERS)}")
    return profile
