"""Every shipped profile, resolved and run through all stages with small random models of the same architectures and
file formats.

The models and the data are substituted by path alone; only budgets (steps, batch sizes, caps) are cut, so that a
profile takes seconds.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmark.cli import main
from benchmark.settings.config import PROFILES, load_profile

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from tiny_models import HAN, THAI, character_tokenizer, small_shape

NAMES = sorted(p.stem for p in PROFILES.glob("*.toml"))
BUDGET = [
    "sft.epochs=1",
    "sft.batch_size=4",
    "sft.accumulation=1",
    "recovery.epochs=1",
    "recovery.batch_size=4",
    "recovery.accumulation=1",
    "rl.max_steps=1",
    "rl.prompts_per_step=2",
    "rl.num_generations=2",
    "rl.accumulation=1",
    "rl.max_completion_length=8",
    "rl.probe_examples=2",
    "generate.max_new_tokens=40",
    "generate.batch_size=4",
    "score.bootstrap_draws=100",
    "score.retrieval=null",
    "score.scorers.comet_qe=null",
    "run.extra_tasks=[]",
    "run.trackers=[]",
    "run.split=dev",
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """SmolLM3 and Qwen3 policies, a Qwen3 yes/no reranker, an XLM-R cross-encoder, a sentence-transformers folder."""
    import torch
    from transformers import (
        PreTrainedTokenizerFast,
        Qwen3Config,
        Qwen3ForCausalLM,
        SmolLM3Config,
        SmolLM3ForCausalLM,
        XLMRobertaForSequenceClassification,
    )

    from training.embedded.embedder import EncoderSettings, make_encoder
    from training.embedded.xlmr import xlmr_config, xlmr_tokenizer
    from training.rewards.yes_no_template import TEMPLATE_WORDS

    top = tmp_path_factory.mktemp("small")
    torch.manual_seed(3)

    def save(name: str, model: Any, tokenizer: Any) -> None:
        model.save_pretrained(top / name)
        tokenizer.save_pretrained(top / name)

    plain, judge = character_tokenizer([]), character_tokenizer(TEMPLATE_WORDS)
    save("smollm3", SmolLM3ForCausalLM(SmolLM3Config(**small_shape(plain))), plain)
    save("qwen3", Qwen3ForCausalLM(Qwen3Config(**small_shape(plain), head_dim=8)), plain)
    for judging in ("reranker", "another-reranker"):
        save(judging, Qwen3ForCausalLM(Qwen3Config(**small_shape(judge), head_dim=8)), judge)
    (top / "ensemble").mkdir()
    members = [{"path": "../reranker"}, {"path": "../another-reranker"}]
    (top / "ensemble" / "ensemble.json").write_text(json.dumps({"members": members}), encoding="utf-8")
    tokenizer = xlmr_tokenizer([THAI, HAN], ["公司"], 60)
    settings = EncoderSettings(hidden=16, layers=1, heads=2, intermediate=32, positions=128)
    (top / "scratch").mkdir()
    make_encoder(tokenizer, settings, top / "scratch").save(
        str(top / "encoder"), safe_serialization=True, create_model_card=False
    )
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>",
        unk_token="<unk>", pad_token="<pad>",
        mask_token="<mask>", model_max_length=128,
    )  # fmt: skip
    config = xlmr_config(len(wrapped), settings)
    config.num_labels = 1
    save("cross-encoder", XLMRobertaForSequenceClassification(config), wrapped)
    return {p.name: p for p in top.iterdir()}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Target language -> overrides that name a few rows of each split."""
    top = tmp_path_factory.mktemp("data")
    out = {}
    for lang in ("th", "bo"):
        for split, first, n in (("para", 0, 4), ("src", 4, 4), ("dev", 8, 3)):
            rows = [
                {"id": f"{split}{i}", "source": f"{HAN[i % 10]}{HAN[i // 10]}公司{i}",
                "reference": "กขค" if lang == "th" else "བོད།", "source_lang": "zh",
                 "target_lang": lang, "facts": None, "doc_id": None, "meta": {}}
                for i in range(first, first + n)
            ]  # fmt: skip
            (top / f"{split}-{lang}.jsonl").write_text(
                "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8"
            )
        out[lang] = [f"data.{s}={top}/{s}-{lang}.jsonl" for s in ("para", "src", "dev")]
    return out


def substituted(name: str, small: dict[str, Path]) -> tuple[list[str], str]:
    """Paths in place of the profile's own, of the same kind; and the target language."""
    profile = load_profile(name)
    policy = "qwen3" if "Qwen3" in profile.policy.path else "smollm3"
    kinds = {"reranker-generative": "reranker", "embedding-contrastive": "encoder", "ensemble": "ensemble"}
    reward = kinds[profile.rl.reward]
    return [f"policy.path={small[policy]}", f"rl.reward_path={small[reward]}"], "bo" if profile.run.task.endswith(
        "-bo"
    ) else "th"


def stages(folder: Path) -> dict[str, Any]:
    """The summary's systems, after a look at the manifest."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["training_steps"]) == {"post-sft", "post-sft-continued", "post-rl", "post-recovery"}
    return json.loads((folder / "summary.json").read_text(encoding="utf-8"))["systems"]


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_profile_runs_through_all_stages(
    name: str, small: dict[str, Path], data: dict[str, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Resolved whole, then run: five checkpoints, all of them measured, the reward's id in the manifest."""
    paths, lang = substituted(name, small)
    status = main(
        [
            "run",
            "--stage",
            "all",
            "--profile",
            name,
            "--run-dir",
            str(tmp_path / "run"),
            "--set",
            *paths,
            *data[lang],
            *BUDGET,
        ]
    )
    assert status == 0, capsys.readouterr().err
    assert set(stages(tmp_path / "run")) == {
        "base",
        "post-sft",
        "post-sft-continued",
        "post-rl",
        "post-recovery",
        "gold",
    }


def test_the_cross_encoder_serves_as_reward_by_path(
    small: dict[str, Path], data: dict[str, list[str]], tmp_path: Path
) -> None:
    """XLM-R sequence classification in the paper's profile, LoRA and adapters throughout."""
    paths = [
        f"policy.path={small['smollm3']}",
        "rl.reward=reranker-encoder",
        f"rl.reward_path={small['cross-encoder']}",
        "rl.reward_options.batch_size=4",
    ]
    lora = (
        [f"{s}.{k}" for s in ("sft", "rl", "recovery") for k in ("lora_rank=2", "lora_merge=false")] if _peft() else []
    )
    profile = tmp_path / "p.toml"
    text = (PROFILES / "paper-zh-th.toml").read_text(encoding="utf-8")
    start, end = text.index("[rl.reward_options]"), text.index("[recovery]")
    profile.write_text(text[:start] + text[end:], encoding="utf-8")  # the options are those of another kind of reward
    command = [
        *f"run --stage rl --profile {profile} --run-dir {tmp_path}/run --set".split(),
        *paths,
        *data["th"],
        *BUDGET,
        *lora,
    ]
    assert main(command) == 0
    made = tmp_path / "run" / "checkpoints" / "post-rl"
    assert (made / "adapter_config.json").exists() == bool(lora)
    probe = (tmp_path / "run" / "logs" / "rl_probe.jsonl").read_text(encoding="utf-8").splitlines()
    assert {"step", "reward.mean", "overlap.chrf/100"} <= json.loads(probe[0]).keys()


def _peft() -> bool:
    from importlib.util import find_spec

    return find_spec("peft") is not None


@pytest.mark.parametrize("name", ["paper-zh-th", "paper-zh-bo", "gpu-small"])
def test_every_value_of_a_full_size_profile_has_its_source(name: str) -> None:
    """Each says `paper`, `our choice` or `our estimate` at its line, or at the line above that speaks for those below
    it."""
    spoken = False
    text = (PROFILES / f"{name}.toml").read_text(encoding="utf-8")
    everywhere = "All values are our choice" in text
    for line in text.splitlines():
        if line.startswith("["):
            spoken = False
        elif "=" in line and not line.startswith("#"):
            said = line.partition("#")[2]
            spoken = spoken or "as all below" in said
            assert said.strip() or spoken or everywhere, line


def test_the_papers_constants() -> None:
    """Epochs 3 / 2 / 1, the lambdas, sizes of the splits."""
    profile = load_profile("paper-zh-th")
    assert (profile.sft.epochs, profile.rl.epochs, profile.recovery.epochs) == (3, 2, 1)
    assert (profile.rl.lambda_len, profile.rl.lambda_rep, profile.rl.variant, profile.rl.loss) == (
        0.20,
        0.05,
        "gate+batchlen",
        "grpo",
    )
    assert (profile.plan.n_para, profile.plan.n_dev, profile.plan.n_src) == (10_000, 5_000, 100_000)
    bo = load_profile("paper-zh-bo")
    assert (bo.plan.n_para, bo.plan.n_dev, bo.plan.n_src, bo.rl.reward) == (
        10_000,
        10_000,
        80_000,
        "embedding-contrastive",
    )
