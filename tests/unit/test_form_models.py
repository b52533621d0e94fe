"""The language models behind form.*: embedded, of a user, damaged, absent."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from form_world import LANGS, REAL, fluent, world

from benchmark.tasks import load_task
from benchmark.tasks.newswire.corpora import CORPORA
from metrics import catalog
from metrics.errors import UserError
from metrics.form import grams, known
from metrics.form.held import held_of
from metrics.form.known import WORLDS, languages, models
from metrics.form.scores import FLUENCY, HEADLINE, score_form
from metrics.records import Example, write_jsonl
from metrics.segment import SegmentStats
from training.embedded.form import FormSettings, train_form


@pytest.mark.parametrize("lang", LANGS)
def test_what_follows_a_context_adds_up_to_one(lang: str) -> None:
    """By hand over all characters that the model knows, and what is left for those that it does not."""
    model = models(lang)[0]
    gold = world(lang, True)[1]
    letters = sorted({c for text in gold for c in grams.read(text)} | {grams.END})
    for context in (gold[0][:9], gold[1][:3], ""):
        texts = [context + c for c in letters if c != grams.END]
        made = grams.block(texts)
        chance = model.grams.chances(made)
        last = chance[made.ends - 2]
        _, end = grams.per_text(grams.block([context]), model.grams)
        total = float(np.exp(last).sum() + np.exp(end[0]))
        assert 0.6 < total < 1.15  # the letters of these titles hold most of the mass; stored bytes round by 5 per cent


def test_numbers_and_closing_marks_change_nothing() -> None:
    gold = world("th", True)[1]
    changed = [re.sub(r"[0-9][0-9,.]*[0-9]|[0-9]", "47", text) + "." for text in gold]
    assert fluent("th", True, changed) == pytest.approx(fluent("th", True, gold), abs=0.03)


def test_a_damaged_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in WORLDS:
        shutil.copytree(known.DATA / name, tmp_path / name)
    data = bytearray((tmp_path / WORLDS[-1] / "th.safetensors").read_bytes())
    data[-1] ^= 1
    (tmp_path / WORLDS[-1] / "th.safetensors").write_bytes(bytes(data))
    monkeypatch.setattr(known, "DATA", tmp_path)
    known._asset.cache_clear()
    try:
        with pytest.raises(UserError, match=r"th\.safetensors: not the file"):
            models.__wrapped__("th")
    finally:
        known._asset.cache_clear()


@pytest.mark.parametrize(("world", "corpus"), [("form", "form.jsonl"), ("form-2", "form2.jsonl")])
def test_asset_json_names_its_command_and_every_file(world: str, corpus: str) -> None:
    told = json.loads((known.DATA / world / known.ASSET).read_text("utf-8"))
    assert told["command"].startswith(f"python -m training form --corpus {corpus}")
    assert languages() == ("bo", "th", "zh")
    for lang in languages():
        assert 100_000 < (known.DATA / world / f"{lang}.safetensors").stat().st_size < 2_500_000
        assert told["languages"][lang]["strange"] < 0.05


def test_form_is_declared_and_corrected_apart() -> None:
    """What it tests changes no p-value that was there before."""
    assert catalog.family_of(FLUENCY) == catalog.family_of(HEADLINE) == "form"
    assert catalog.families_of_tests(["coverage.f1", FLUENCY, "overlap.bleu", HEADLINE]) == [
        ["coverage.f1", "overlap.bleu"],
        [FLUENCY, HEADLINE],
    ]


def tiny_causal(folder: Path, texts: list[str]) -> str:
    """A causal model of bytes that has seen `texts` for a few steps: gold is likelier to it than anything else."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({c: i for i, c in enumerate(["<s>", *alphabet])}, []))
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="<s>")
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=257, hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=512, bos_token_id=0, eos_token_id=0,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    rows = [torch.tensor([[0, *fast(t)["input_ids"]]]) for t in texts]
    for step in range(60):
        row = rows[step % len(rows)]
        model(input_ids=row, labels=row).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.save_pretrained(folder)
    fast.save_pretrained(folder)
    return str(folder)


def test_a_model_that_the_user_names_speaks_of_real_text(tmp_path: Path) -> None:
    """Bits per character against the references; what transformers itself says of one text, by hand."""
    torch = pytest.importorskip("torch")
    from metrics.form import causal

    gold = [
        *REAL["th"],
        "ตลาดนัดเช้าวันเสาร์คึกคักแม้ฝนตกปรอย",
        "แมวจรจัดช่วยไล่หนูในโกดังข้าวของสหกรณ์",
        "ช่างไม้เฒ่าแกะสลักประตูโบสถ์ด้วยมือเดียว",
    ]
    path = tiny_causal(tmp_path / "model", gold)
    examples = [Example(f"r{i}", "来源", (text,), None, "zh", "th") for i, text in enumerate(gold)]

    def of(texts) -> dict[str, SegmentStats]:
        return {m.metric: m for m in causal.score_causal(examples, texts, None, path)}

    found = of(gold)
    assert found[FLUENCY].value() > 0.9 and found[HEADLINE].value() == 1.0
    assert "bits per character" in found[FLUENCY].signature
    backwards = of([text[::-1] for text in gold])
    assert backwards[FLUENCY].value() < found[FLUENCY].value() - 0.05
    assert of([f"{t} {t} {t}" for t in gold])[FLUENCY].value() < 0.05
    assert (of([""] * 5)[FLUENCY].value(), of(["เ"] * 5)[HEADLINE].value()) == (0.0, 0.0)
    tokenizer, model, _ = causal._load(path)
    row = torch.tensor([[0, *tokenizer(gold[0])["input_ids"]]], device=model.device)
    with torch.no_grad():
        loss = model(input_ids=row, labels=row).loss.item() * (row.shape[1] - 1)
    assert causal.nats(gold, path)[0] == pytest.approx(-loss / len(gold[0]), rel=1e-4)
    few = causal.score_causal(examples[:2], gold[:2], None, path)
    assert few[0].value() is None and "fewer than 5 references" in (few[0].reason or "")


def test_a_folder_without_a_language_model_is_named(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from metrics.form import causal

    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(UserError, match=r"score\.fluency = .*no causal language model"):
        causal.nats(["ข่าว"], str(tmp_path))


@pytest.mark.parametrize(("task", "at"), [("newswire-title", 0), ("newswire-title@2", 1), ("newswire-title-bo@2", 1)])
def test_each_world_is_held_against_its_own_model(task: str, at: int) -> None:
    examples = load_task(task).load("test", 40)
    held = held_of(examples)[examples[0].target_lang]
    assert held.why_not() is None
    assert held.model is models(examples[0].target_lang)[at]
    bare = held_of([replace(e, reference=None) for e in examples])[examples[0].target_lang]
    assert bare.model is held.model
    fluent = next(m for m in score_form(examples, [e.reference[0] for e in examples]) if m.metric == FLUENCY)
    assert fluent.value() > 0.85


def test_models_are_counted_from_a_small_corpus(tmp_path: Path) -> None:
    """The trainer and the reader agree: what it writes is what asset.json says."""
    write_jsonl(tmp_path / "form.jsonl", list(islice(CORPORA["form@2"](1), 400)))
    made = train_form(tmp_path / "form.jsonl", None, tmp_path / "out", FormSettings())
    languages_of: Any = made["languages"]
    for lang in LANGS:
        told = languages_of[lang]
        assert hashlib.sha256((tmp_path / "out" / f"{lang}.safetensors").read_bytes()).hexdigest() == told["sha256"]
        assert 0 < told["strange"] <= 1 and told["n_grams"] > 1000
