"""COMET through unbabel-comet itself, with a tiny random XLM-R built here: loading, guards, refusals, cache."""

import json
import os
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from metrics.errors import UserError
from metrics.records import Example
from metrics.scorers import SCORERS, comet, load_scorer

TEXTS = ["ตำรวจจับกุมผู้ต้องหา", "ฝนตกหนัก", "บริษัทประกาศกำไร"]
SOURCES = ["警方逮捕嫌疑人", "大雨", "公司宣布盈利"]


def build(folder: Path, seed: int = 0) -> Path:
    """A checkpoint folder of the contract with a random encoder that reads 60 tokens; skips the test where COMET cannot
    run."""
    if (why := comet.unavailable()) is not None:
        pytest.skip(why)
    import torch
    import yaml
    from safetensors.torch import save_file
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors
    from transformers import XLMRobertaConfig, XLMRobertaModel, XLMRobertaTokenizerFast

    letters = sorted(set("".join(TEXTS + SOURCES)))
    vocabulary = {t: i for i, t in enumerate(["<s>", "<pad>", "</s>", "<unk>", *letters, "<mask>"])}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    words.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    torch.manual_seed(seed)
    encoder = XLMRobertaModel(
        XLMRobertaConfig(
            vocab_size=len(vocabulary),
            hidden_size=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=16,
            max_position_embeddings=64,
            pad_token_id=1,
            bos_token_id=0,
            eos_token_id=2,
        )
    )
    tokenizer = XLMRobertaTokenizerFast(
        tokenizer_object=words,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
    )
    encoder.save_pretrained(folder / "encoder")
    tokenizer.save_pretrained(folder / "encoder")

    from comet.models import ReferencelessRegression

    model = ReferencelessRegression(
        encoder_model="XLM-RoBERTa",
        pretrained_model=str(folder / "encoder"),
        hidden_sizes=[8],
        layer_transformation="softmax",
        nr_frozen_epochs=0.0,
        keep_embeddings_frozen=False,
        local_files_only=True,
    )
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, folder / "model.safetensors")
    hparams = dict(model.hparams) | {"class_identifier": "referenceless_regression_metric"}
    (folder / "hparams.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(hparams))), "utf-8")
    return folder


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    base = tmp_path_factory.mktemp("comet")
    return build(base / "checkpoint"), base / "cache"


@pytest.fixture(autouse=True)
def no_user_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "xdg"))


def test_scores_are_those_of_the_model_and_stay_with_their_segment(world):
    folder, cache = world
    values, reasons = comet.score_comet(SOURCES, TEXTS, folder, root=cache)
    assert reasons == [None] * 3
    assert len(set(values)) == 3
    back, _ = comet.score_comet(SOURCES[::-1], TEXTS[::-1], folder, root=cache)
    assert back[::-1] == pytest.approx(values, abs=1e-5)
    model = comet.load_model(folder, cache)
    alone = model.predict([{"src": SOURCES[1], "mt": TEXTS[1]}], gpus=0, progress_bar=False, num_workers=0)["scores"]
    assert values[1] == pytest.approx(alone[0], abs=1e-5)


def test_a_source_with_several_outputs_is_encoded_once(world, monkeypatch):
    """With the values of a model to which nothing was done, to rounding."""
    folder, cache = world
    sources, texts = zip(*[(s, t) for s in SOURCES for t in TEXTS], strict=True)
    model, read = comet.load_model(folder, cache), []
    hook = model.encoder.register_forward_pre_hook(lambda _, inputs: read.append(len(inputs[0])))
    values, _ = comet.score_comet(sources, texts, folder, root=cache)
    hook.remove()
    assert read == [len(SOURCES), len(TEXTS)]
    untouched = type(model).compute_sentence_embedding.__get__(model)
    monkeypatch.setattr(model, "compute_sentence_embedding", untouched)
    plain, _ = comet.score_comet(sources, texts, folder, root=cache)
    assert values == pytest.approx(plain, abs=1e-5) and len(set(values)) == len(texts)


def test_the_weights_of_the_folder_are_what_runs(world, tmp_path):
    folder, cache = world
    other = build(tmp_path / "other", seed=1)
    first, second = (comet.score_comet(SOURCES, TEXTS, f, root=cache)[0] for f in (folder, other))
    assert first != pytest.approx(second, abs=1e-4)
    assert comet.weights_hash(folder) != comet.weights_hash(other)


def test_a_changed_checkpoint_in_the_same_folder_is_never_answered_from_the_cache(world, tmp_path):
    folder = build(tmp_path / "same", seed=2)
    before = comet.score_comet(SOURCES, TEXTS, folder, root=world[1])[0]
    build(folder, seed=3)
    assert comet.score_comet(SOURCES, TEXTS, folder, root=world[1])[0] != pytest.approx(before, abs=1e-4)


def test_what_comet_passes_silently_becomes_null_with_a_reason(world):
    folder, cache = world
    sources = [SOURCES[0], SOURCES[0], SOURCES[0], " ", SOURCES[0], SOURCES[0] * 20]
    texts = ["", " \n", f" {SOURCES[0]} ", TEXTS[0], TEXTS[0] * 10, TEXTS[0]]
    values, reasons = comet.score_comet(sources, texts, folder, root=cache)
    assert values == [None] * 6
    assert reasons[:4] == ["empty output", "empty output", "verbatim copy of the source", "empty source"]
    assert "output too long" in reasons[4]
    assert "source too long" in reasons[5]
    mixed, why = comet.score_comet([SOURCES[0], SOURCES[1]], ["", TEXTS[1]], folder, root=cache)
    assert mixed[0] is None
    assert mixed[1] is not None
    assert why[1] is None


def test_what_is_no_answer_has_the_lowest_value_and_is_not_left_out_of_the_mean(world):
    examples = [Example(str(i), SOURCES[0], None, None, "zh", "th") for i in range(6)]
    texts = [TEXTS[0], "", SOURCES[0], SOURCES[1], "all of it in English", f"{TEXTS[0]} {SOURCES[0][:2]}"]
    found = comet.score_examples(examples, texts, world[0])
    assert found.n_scored == 6
    assert [found.stats[i][0] for i in range(1, 6)] == [0.0] * 5
    assert found.stats[0][0] == pytest.approx(
        comet.score_comet(SOURCES[:1], TEXTS[:1], world[0], root=world[1])[0][0], abs=1e-5
    )
    assert "no answer=lowest" in found.signature


def test_a_text_that_spells_a_special_token_is_read_as_letters(world):
    tokenizer = comet.load_model(*world).encoder.tokenizer
    inside = tokenizer("ก</s>ข")["input_ids"][1:-1]
    assert tokenizer.eos_token_id not in inside


def test_the_length_limit_is_where_comet_itself_would_cut(world):
    model = comet.load_model(*world)
    limit = model.encoder.max_positions - 2
    just = "ต" * (limit - 2)
    assert model.encoder.prepare_sample([just + "ต"])["input_ids"].shape[1] == limit
    assert comet._refusal(model, SOURCES[0], just, ("zh", "th"), limit) is None
    assert "too long" in (comet._refusal(model, SOURCES[0], just + "ต", ("zh", "th"), limit) or "")


def test_nothing_to_score_is_nothing(world):
    assert comet.score_comet([], [], world[0], root=world[1]) == ([], [])
    with pytest.raises(ValueError, match="3 sources for 1 texts"):
        comet.score_comet(SOURCES, TEXTS[:1], world[0], root=world[1])


def test_tibetan_is_unsupported_and_never_a_number(world):
    values, reasons = comet.score_comet(["x"], ["བོད"], world[0], target_lang="bo", root=world[1])
    assert values == [None]
    assert reasons[0].startswith("unsupported")
    assert "'bo'" in reasons[0]
    examples = [Example("a", SOURCES[0], None, None, "zh", "th"), Example("b", SOURCES[0], None, None, "zh", "bo")]
    found = load_scorer("comet_qe")(examples, [TEXTS[0], "བོད"], world[0])
    assert found.reasons[0] is None
    assert found.reasons[1].startswith("unsupported")
    assert found.n_scored == 1
    only = load_scorer("comet_qe")(examples[1:], ["བོད"], world[0])
    assert only.value() is None
    assert only.reason.startswith("unsupported")


def test_the_metric_and_its_signature(world):
    examples = [Example(str(i), s, None, None, "zh", "th") for i, s in enumerate(SOURCES)]
    found = comet.score_examples(examples, TEXTS, world[0])
    assert found.metric == "scorer.comet_qe"
    assert found.n_scored == 3
    assert found.higher_is_better is True
    assert comet.weights_hash(world[0])[:12] in found.signature
    assert "unbabel-comet" in found.signature


def test_without_the_extra_everything_is_null_with_the_pip_line(world, monkeypatch):
    import importlib.metadata

    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    values, reasons = comet.score_comet(SOURCES, TEXTS, world[0], root=world[1])
    assert values == [None] * 3
    assert all(r.startswith("unbabel-comet not installed: pip install") for r in reasons)
    examples = [Example(str(i), s, None, None, "zh", "th") for i, s in enumerate(SOURCES)]
    assert comet.score_examples(examples, TEXTS, world[0]).reason.startswith("unbabel-comet not installed: pip install")


def test_under_transformers_5_it_says_so(monkeypatch):
    import importlib.metadata

    monkeypatch.setattr(importlib.metadata, "version", lambda name: "5.1.0")
    assert "transformers<5" in (comet.unavailable() or "")


def test_the_cache_is_used_again_and_leaves_no_scratch(world):
    folder, cache = world
    first = comet.build_checkpoint(folder, cache)
    stamp = first.stat().st_mtime_ns
    assert comet.build_checkpoint(folder, cache) == first
    assert first.stat().st_mtime_ns == stamp
    assert not [p for p in cache.iterdir() if p.name.startswith(".building-")]
    assert not list((first.parents[1] / "encoder").glob("*.safetensors"))


def test_the_environment_is_left_as_it_was(world, monkeypatch):
    import huggingface_hub.constants as hub

    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    before = hub.HF_HUB_OFFLINE
    comet.score_comet(SOURCES, TEXTS, world[0], root=world[1])
    assert "HF_HUB_OFFLINE" not in os.environ
    assert before == hub.HF_HUB_OFFLINE


def test_bad_checkpoints_are_one_message_each(world, tmp_path):
    cache = tmp_path / "cache"
    with pytest.raises(UserError, match="no such folder"):
        comet.load_model(tmp_path / "none", cache)
    (tmp_path / "pickled" / "checkpoints").mkdir(parents=True)
    (tmp_path / "pickled" / "checkpoints" / "model.ckpt").write_bytes(b"\x80\x04")
    with pytest.raises(UserError, match=r"pickled .ckpt"):
        comet.load_model(tmp_path / "pickled", cache)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"lacks model.safetensors, hparams.yaml"):
        comet.load_model(tmp_path / "empty", cache)
    corrupt = build(tmp_path / "corrupt")
    (corrupt / "model.safetensors").write_bytes((corrupt / "model.safetensors").read_bytes()[:500])
    with pytest.raises(UserError, match="corrupt"):
        comet.load_model(corrupt, cache)


def test_hparams_run_no_code_and_must_name_a_reference_free_model(tmp_path):
    cache = tmp_path / "cache"
    folder = build(tmp_path / "c")
    text = (folder / "hparams.yaml").read_text("utf-8")
    for content, message in (
        ("a: !!python/object/apply:os.system ['true']\n", "plain YAML"),
        ("a: 1\n", "lacks class_identifier"),
        (text.replace("referenceless_regression_metric", "my_metric"), "unknown class_identifier"),
    ):
        (folder / "hparams.yaml").write_text(content, "utf-8")
        with pytest.raises(UserError, match=message):
            comet.load_model(folder, cache)


def test_a_missing_tensor_is_refused_not_left_random(tmp_path):
    from safetensors.torch import load_file, save_file

    folder = build(tmp_path / "c")
    state = load_file(folder / "model.safetensors")
    state.pop(next(k for k in state if k.startswith("estimator")))
    save_file(state, folder / "model.safetensors")
    with pytest.raises(UserError, match="lacks 1 tensors"):
        comet.load_model(folder, tmp_path / "cache")


def test_a_cache_that_cannot_be_written_is_one_message(world, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="XDG_CACHE_HOME"):
        comet.build_checkpoint(world[0], tmp_path / "file")


def test_the_table_of_scorers_loads_each_and_offers_the_nearest():
    assert all(callable(load_scorer(name)) for name in SCORERS)
    with pytest.raises(UserError, match="did you mean comet_qe"):
        load_scorer("comet-qe")
