"""The language models behind form.*: embedded, of a user, damaged, absent."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from form_world import LANGS, REAL, fluent, world

from metrics import catalog
from metrics.errors import UserError
from metrics.form import grams, known
from metrics.form.known import known as model_of
from metrics.form.known import languages
from metrics.form.scores import FLUENCY, HEADLINE
from metrics.records import Example
from metrics.segment import SegmentStats


@pytest.mark.parametrize("lang", LANGS)
def test_what_follows_a_context_adds_up_to_one(lang: str) -> None:
    """By hand over all characters that the model knows, and what is left for those that it does not."""
    model = model_of(lang)
    assert model is not None
    gold = world(lang, True)[1]
    letters = sorted({c for text in gold for c in grams.read(text)} | {grams.END})
    for context in (gold[0][:9], gold[1][:3], ""):
        texts = [context + c for c in letters if c != grams.END]
        made = grams.block(texts)
        chance, _ = model.grams.look(made)
        last = chance[made.ends - 2]
        _, end = grams.per_text(grams.block([context]), model.grams)
        total = float(np.exp(last).sum() + np.exp(end[0]))
        assert 0.6 < total < 1.15  # the letters of these titles hold most of the mass; stored bytes round by 5 per cent


def test_numbers_and_closing_marks_change_nothing() -> None:
    gold = world("th", True)[1]
    changed = [re.sub(r"[0-9][0-9,.]*[0-9]|[0-9]", "47", text) + "." for text in gold]
    assert fluent("th", True, changed) == pytest.approx(fluent("th", True, gold), abs=0.03)


def test_a_damaged_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in known.FOLDER.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    data = bytearray((tmp_path / "th.safetensors").read_bytes())
    data[-1] ^= 1
    (tmp_path / "th.safetensors").write_bytes(bytes(data))
    monkeypatch.setattr(known, "FOLDER", tmp_path)
    known._asset.cache_clear()
    try:
        with pytest.raises(UserError, match=r"th\.safetensors: not the file"):
            model_of.__wrapped__("th")
    finally:
        known._asset.cache_clear()


def test_asset_json_names_its_command_and_every_file() -> None:
    told = json.loads((known.FOLDER / known.ASSET).read_text("utf-8"))
    assert told["command"].startswith("python -m training form --corpus form.jsonl")
    assert languages() == ("bo", "th", "zh")
    for lang in languages():
        assert 100_000 < (known.FOLDER / f"{lang}.safetensors").stat().st_size < 2_000_000
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
