"""The sections of a profile and what each key means. `sft`, `recovery` and `rl` are the settings records of `training`
themselves, so no key is defined twice."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

from pydantic import BaseModel, Field

from benchmark.settings.scoring import STRICT, Score
from training.rl.settings import RLSettings
from training.sft.settings import SFTSettings


class Section(BaseModel):
    """Strict and frozen: no unknown key, no silent conversion of text to numbers."""

    model_config = STRICT


class Run(Section):
    """What is run."""

    task: str = "newswire-title@2"
    """Primary task; its splits train the stages."""
    extra_tasks: list[str] = []
    """Further tasks that every stage is measured on."""
    split: Literal["test", "dev"] = "test"
    """Split that is measured. Tune on dev; open test once."""
    seed: int = Field(default=1, ge=0, le=2**32 - 1)
    """Training, sampling and resampling; never the world."""
    threads: int | None = Field(default=None, ge=1, le=1024)
    """CPU threads of torch; null leaves torch's own choice. Stated in the manifest."""
    limit: int | None = Field(default=None, ge=1)
    """A trial (--limit): at most so many examples of every split, the first ones. Its results go on no board."""
    trackers: list[str] = ["tensorboard"]
    """Where the numbers of the step logs are shown, too: tensorboard, wandb, trackio. Not part of a run's identity."""
    beside: bool = False
    """On CPU, with threads = 1 and two cores: a second process measures each checkpoint while the next is trained (if 3
    GiB are free), and with `rl.halves` another one does half of each step of RL (2 GiB). The same bytes; not
    part of a run's identity."""


MOST_ROWS = 1_000_000
"""Ten times the paper's largest split. The world has no end: a slip of the hand would fill the memory."""


class Data(Section):
    """The splits: the task's own, or a user's files (examples.jsonl, or TSV with a header source, reference)."""

    para: str | None = None
    """File of D_para: your pairs, which SFT and recovery train on; null: the task's own."""
    src: str | None = None
    """File of D_src: your sources without references, which RL trains on; null: the task's own."""
    dev: str | None = None
    """File of your dev pairs, for the probe and for choosing settings; null: the task's own."""
    test: str | None = None
    """File of your test pairs, which are measured; null: the task's own."""
    name: str = "user-data"
    """Task name that results on the user's own files are filed under."""
    n_para: int | None = Field(default=None, ge=1, le=MOST_ROWS)
    """Size of D_para, its first pairs; null is all of the file, or the task's own. A profile's sizes belong
    to its own data: a file that the command line names is taken whole unless it names a size, too."""
    n_src: int | None = Field(default=None, ge=1, le=MOST_ROWS)
    """Size of D_src, its first sources; null as for n_para."""
    n_dev: int | None = Field(default=None, ge=1, le=MOST_ROWS)
    """Size of dev, its first pairs; null as for n_para."""
    n_test: int | None = Field(default=None, ge=1, le=MOST_ROWS)
    """Size of test, its first pairs; null as for n_para."""
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

    path: str = "asset:base@2"
    """Folder, hub id, or 'asset:NAME' for a model that ships with the suite."""
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "float32"
    """Precision of generation; auto: the checkpoint's own on a GPU, float32 on a CPU."""
    think: Literal["auto", "strip", "keep"] = "auto"
    """Think blocks (<think>...</think>) are taken off the texts before anything is scored or rewarded, and counted.
    auto: where the model brings a chat template."""
    device_map: str | None = None
    """How the model is spread over devices for generation, as transformers knows it (`auto`); null: one device."""
    trust_remote_code: bool = False
    """Run the Python files that the model brings. Only ever true because a user wrote it; stands in the manifest."""


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
    few_shot: int = Field(default=0, ge=0, le=1000)
    """Solved examples before the question: the first ones of D_para, whose references are known."""
    stop: list[str] = []
    """Texts that end a generation (left out of it), besides the model's own end tokens. Only for measuring."""


class Generate(Section):
    """How texts are generated for measuring."""

    batch_size: int = Field(default=64, ge=1, le=MOST_ROWS)
    """Prompts that are generated together (transformers); vLLM makes its own batches."""
    max_new_tokens: int | None = Field(default=None, ge=1, le=MOST_ROWS)
    """Token cap; null derives 4 x the longest gold text of the whole split. A cap below 4 x the mean gold text is
    refused, but in a trial (--limit)."""
    temperature: float = Field(default=0.0, ge=0)
    """Of the sampling; 0 is greedy."""
    backend: Literal["transformers", "vllm"] = "transformers"
    """What generates. vLLM is an extra with an environment of its own (no COMET in it)."""
    vllm: dict[str, Any] = {}
    """Options of vLLM's engine, such as tensor_parallel_size, pipeline_parallel_size or gpu_memory_utilization."""


class Plan(Section):
    """What `plan` assumes where it cannot count. None of it changes a run."""

    n_para: int | None = Field(default=None, ge=1, le=MOST_ROWS)
    """Pairs of D_para in your own files, for a plan made before they are there; null counts them."""
    n_src: int | None = Field(default=None, ge=1, le=MOST_ROWS)
    """Sources of D_src, likewise."""
    n_dev: int | None = Field(default=None, ge=1, le=MOST_ROWS)
    """Pairs of dev, likewise."""
    n_test: int | None = Field(default=None, ge=1, le=MOST_ROWS)
    """Pairs of test, likewise."""
    prompt_tokens: float = Field(default=600.0, gt=0)
    """Tokens of a prompt: template and source; used where no tokens can be counted."""
    target_tokens: float = Field(default=60.0, gt=0)
    """Tokens of a reference; used where no tokens can be counted."""
    completion_tokens: float | None = Field(default=None, gt=0)
    """Tokens of a completion in RL, on average; null: half the cap (a reference, where the tokens are counted)."""
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


class Judge(Section):
    """Who judges the outputs, by which protocols, and what that may cost. None of it changes a run."""

    names: list[str] = []
    """Judges (`ls judges`); [] judges nothing."""
    tasks: Literal["primary", "all"] = "primary"
    """Whether run.extra_tasks are judged, too: the paper's Table 3 is of long passages, Table 4 of Tibetan."""
    protocols: list[Literal["ranking", "pairwise", "dimensions", "claims"]] = ["ranking", "pairwise", "dimensions"]
    """What they are asked."""
    form: Literal["title", "long"] | None = None
    """Which five dimensions: of a title (conciseness) or of long text (completeness); null: the task's own."""
    systems: list[str] = []
    """Systems that are ranked together; []: gold, post-recovery and post-sft."""
    pairs: list[str] = []
    """Pairs that are compared, each "A:B"; []: post-recovery:post-sft, or all pairs of up to three systems."""
    group: bool = False
    """Rank all systems in one call; else three."""
    items: int | None = Field(default=None, ge=1)
    """Examples that are judged, drawn by run.seed; null is all of them."""
    retest: int = Field(default=20, ge=0)
    """Questions of each protocol that are asked twice."""
    known: int | None = Field(default=None, ge=0)
    """Pairs with known answers per category that it is held against; null: 20 (oracle) or 2; 0: it is not trusted."""
    prompt_lang: Literal["en", "zh", "th"] = "en"
    """Language of the prompts."""
    url: str | None = None
    """openai: address of the server, such as http://127.0.0.1:8000/v1."""
    model: str | None = None
    """openai: the name that the server knows; transformers, vllm: folder or hub id."""
    temperature: float = Field(default=0.0, ge=0)
    """Of the judge's sampling; 0 is greedy."""
    answer_tokens: int = Field(default=600, ge=1)
    """Cap of an answer."""
    seed: int | None = Field(default=None, ge=0)
    """Seed that the model is given, where it takes one. The order of texts goes by run.seed."""
    json_schema: bool = True
    """Hold the answer to its JSON schema where server or engine can."""
    choice: bool = False
    """transformers, vllm: pairwise by the log-probabilities of the choices instead of a written answer."""
    dtype: Literal["float32", "bfloat16", "float16"] = "float32"
    """transformers, vllm: precision."""
    batch_size: int = Field(default=8, ge=1, le=MOST_ROWS)
    """transformers: questions at a time."""
    concurrency: int = Field(default=8, ge=1, le=256)
    """openai: calls at a time."""
    calls_per_minute: float | None = Field(default=None, gt=0)
    """openai: most calls in a minute; null: no limit."""
    timeout: float = Field(default=120.0, gt=0)
    """Seconds for one call."""
    tries: int = Field(default=6, ge=1)
    """Calls for one answer where the server fails or is overloaded."""
    pause: float = Field(default=1.0, ge=0)
    """Seconds that waits between tries begin with; Retry-After of the server comes first."""
    price_in: float | None = Field(default=None, ge=0)
    """Price of a million tokens of prompts."""
    price_out: float | None = Field(default=None, ge=0)
    """Price of a million tokens of answers."""
    max_cost: float | None = Field(default=None, ge=0)
    """Most that a call of `judge` may cost, in the unit of the prices; what is left is unscored."""
    max_tokens: int | None = Field(default=None, ge=1)
    """Most tokens, prompts and answers together."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RL(RLSettings):
    """The RL stage's settings and its reward."""

    reward: str = "ensemble"
    """Name in training.rewards.REWARDS, a folder, or module:function."""
    reward_path: str | None = "asset:reranker-pair@2"
    """Folder or hub id that the named reward loads."""
    reward_options: dict[str, Any] = dataclasses.field(default_factory=dict)
    """Further options of that reward, such as `instruct`."""
    probe_examples: int = 32
    """Dev examples whose coverage is measured every `probe_every` steps, never used to select; 0 for none."""
    probe_tokens: int | None = None
    """Token cap of the probe's texts; null: max_completion_length, what the policy may write in RL."""
    validate_pairs: int = 24
    """Pairs with known answers per category that the reward is held against before RL; 0 for none."""

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
    judge: Judge = Judge()

    def resolved(self) -> dict[str, Any]:
        """Plain JSON of all values."""
        told = self.model_dump(mode="json")
        if told["score"]["families"] is None:  # as in records made before there was a choice
            del told["score"]["families"]
        return told

    def measuring(self, policy: str | None, reward: bool) -> dict[str, Any]:
        """What a command that trains nothing uses of the profile: no training settings, the reward's where it scores,
        its own policy or none."""
        kept = self.resolved()
        for section in ("sft", "recovery", "plan", "judge", "rl"):
            found = kept.pop(section)
            if section == "rl" and reward:
                kept["rl"] = {name: found[name] for name in ("reward", "reward_path", "reward_options")}
        kept["policy"]["path"] = policy
        if policy is None:
            for section in ("policy", "prompt", "generate"):
                kept.pop(section)
        return kept
