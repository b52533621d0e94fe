"""The generative reranker: the official prompt to the letter, the shared-prefix path against one pair at a time,
refusals."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from tiny_models import HAN, THAI, character_tokenizer

from metrics.errors import UserError
from training.rewards import Reward, load_reward
from training.rewards.callable_reward import CallableReward
from training.rewards.reranker_generative import GenerativeReranker, load_reranker
from training.rewards.yes_no_template import (
    DEFAULT_INSTRUCT,
    TEMPLATE_WORDS,
    document_ids,
    format_prompt,
    query_ids,
    suffix_ids,
)

OFFICIAL = (
    "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct "
    "provided. "
    'Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n'
    "<Instruct>: INSTRUCT\n<Query>: QUERY\n<Document>: DOCUMENT"
    "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
)


@pytest.fixture(scope="module")
def reranker(tiny_reranker_path: Path) -> GenerativeReranker:
    return load_reranker(str(tiny_reranker_path), device="cpu")


def pairs(n: int, sources: int, seed: int = 0) -> tuple[list[str], list[str]]:
    """n pairs over a few sources, lengths from empty to long, in mixed order."""
    draw = random.Random(seed)
    texts = ["".join(draw.choices(HAN, k=draw.randint(1, 60))) for _ in range(sources)]
    return [draw.choice(texts) for _ in range(n)], [
        "".join(draw.choices(THAI, k=draw.randint(0, 40))) for _ in range(n)
    ]


def test_the_template_is_the_official_one() -> None:
    assert format_prompt("QUERY", "DOCUMENT", "INSTRUCT") == OFFICIAL


@pytest.mark.parametrize("words", [[], TEMPLATE_WORDS])
def test_the_parts_join_to_the_tokens_of_the_whole(words: list[str]) -> None:
    tokenizer = character_tokenizer(words)
    joined = (
        query_ids(tokenizer, "中国，公司。", DEFAULT_INSTRUCT)
        + document_ids(tokenizer, "กข 1 ค")
        + suffix_ids(tokenizer)
    )
    assert joined == tokenizer(format_prompt("中国，公司。", "กข 1 ค"), add_special_tokens=False)["input_ids"]


def test_the_parts_join_where_a_space_belongs_to_the_next_word() -> None:
    """Qwen's own pre-tokeniser rule, byte-level: " ก" may be one token, and a full stop may join with a line break."""
    from tokenizers import AddedToken, Regex, Tokenizer, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    pattern = (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
        r"|\s+(?!\S)|\s+"
    )
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    corpus = ["公司。\n<Document>: กขค", " กขค กขค", "<Query>: 公司。\n"] * 5
    tok.train_from_iterator(
        corpus,
        trainers.BpeTrainer(vocab_size=400, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False),
    )
    tok.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in ("<|im_start|>", "<|im_end|>")])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=tok, eos_token="<|im_end|>")
    assert tokenizer(" กขค")["input_ids"] != tokenizer(" ")["input_ids"] + tokenizer("กขค")["input_ids"]
    for source, candidate in [
        ("公司。", "กขค"),
        ("公司 5", "5 กขค"),
        ("公司", "“กขค”"),
        ("", ""),
        ("公司。\n中国", "กขค\n"),
    ]:
        joined = query_ids(tokenizer, source) + document_ids(tokenizer, candidate) + suffix_ids(tokenizer)
        assert joined == tokenizer(format_prompt(source, candidate))["input_ids"], (source, candidate)


@pytest.mark.parametrize("batch_tokens", [1, 600, 100_000])
def test_the_fast_path_equals_one_pair_at_a_time(reranker: GenerativeReranker, batch_tokens: int) -> None:
    sources, candidates = pairs(30, 6)
    reranker.batch_tokens = batch_tokens
    plain = reranker.score_plain(sources, candidates)
    assert max(plain) - min(plain) > 0.01  # else everything would be equal
    assert reranker.score(sources, candidates) == pytest.approx(plain, abs=1e-5)
    assert all(0 <= p <= 1 for p in plain)


def test_a_score_does_not_depend_on_its_company(reranker: GenerativeReranker) -> None:
    sources, candidates = pairs(12, 3, seed=1)
    together = reranker.score(sources, candidates)
    assert reranker.score(sources[::-1], candidates[::-1])[::-1] == pytest.approx(together, abs=1e-6)
    assert reranker.score(sources[4:5], candidates[4:5]) == pytest.approx(together[4:5], abs=1e-6)
    assert reranker.score(sources * 2, candidates * 2) == pytest.approx(together * 2, abs=1e-6)
    assert reranker.score([], []) == []


def test_cuts_keep_the_source_s_beginning_and_are_counted(tiny_reranker_path: Path) -> None:
    short = load_reranker(str(tiny_reranker_path), device="cpu", max_source_tokens=12, max_candidate_tokens=4)
    long = "中" * 10 + "国" * 30
    assert short.score([long, "中国"], ["กขค", "กขคงจช"]) == pytest.approx(
        short.score_plain([long, "中国"], ["กขค", "กขคงจช"]), abs=1e-5
    )
    assert short.score([long], ["กขค"]) == pytest.approx(
        short.score(["中" * 10], ["กขค"]), abs=1e-6
    )  # the line break stays: 1 + 10 + 1 tokens
    assert short.counts() == {"scored": 6, "sources_cut": 3, "candidates_cut": 2}


def test_lengths_are_counted_without_the_template(reranker: GenerativeReranker) -> None:
    assert [len(ids) for ids in reranker.token_ids(["กขค", "", "กข 1"])] == [3, 0, 4]


def test_the_id_changes_with_weights_and_instruction(tiny_reranker_path: Path, reranker: GenerativeReranker) -> None:
    other = load_reranker(str(tiny_reranker_path), device="cpu", instruct="Judge the Thai text")
    assert other.id != reranker.id == load_reranker(str(tiny_reranker_path), device="cpu").id
    sources, candidates = pairs(4, 2)
    assert other.score(sources, candidates) != pytest.approx(reranker.score(sources, candidates), abs=1e-4)


def refused(path: Path, tmp_path: Path, words: list[str], message: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(path, folder)
    (folder / "tokenizer.json").unlink()
    character_tokenizer(words).save_pretrained(folder)
    with pytest.raises(UserError, match=message):
        load_reranker(str(folder), device="cpu")


def test_a_model_without_answer_tokens_is_refused(tiny_reranker_path: Path, tmp_path: Path) -> None:
    refused(tiny_reranker_path, tmp_path, ["yes"], "lacks 'no', the answer token")


def test_a_model_without_turn_marks_is_refused(tiny_reranker_path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_reranker_path, folder)
    for file in folder.glob("*.json"):
        file.write_text(file.read_text(encoding="utf-8").replace("<|im_start|>", "<s>"), encoding="utf-8")
    with pytest.raises(UserError, match="turn mark"):
        load_reranker(str(folder), device="cpu")


def test_an_instruction_the_tokenizer_cannot_write_is_refused(tiny_reranker_path: Path) -> None:
    with pytest.raises(UserError, match="unknown token"):
        load_reranker(str(tiny_reranker_path), device="cpu", instruct="བོད")


def test_limits_beyond_the_context_are_refused(tiny_reranker_path: Path) -> None:
    with pytest.raises(UserError, match="do not fit"):
        load_reranker(str(tiny_reranker_path), device="cpu", max_source_tokens=500, max_candidate_tokens=100)


def test_rewards_are_found_by_name_folder_and_function(
    tiny_reranker_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_folder = load_reward(str(tiny_reranker_path), device="cpu")
    assert isinstance(by_folder, Reward)
    assert load_reward("reranker-generative", str(tiny_reranker_path), device="cpu").id == by_folder.id
    (tmp_path / "own_reward.py").write_text(
        "def half(sources, candidates):\n    return [0.5 for _ in candidates]\n"
        "def wrong(sources, candidates):\n    return [1.5 for _ in candidates]\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    own = load_reward("own_reward:half")
    assert isinstance(own, CallableReward)
    assert own.score(["a"], ["b"]) == [0.5]
    with pytest.raises(UserError, match=r"returned 1\.5"):
        load_reward("own_reward:wrong").score(["a"], ["b"])
    for spec, message in (
        ("nothing", "unknown reward"),
        ("own_reward:nothing", "cannot be imported"),
        ("reranker-generative", "needs a path"),
    ):
        with pytest.raises(UserError, match=message):
            load_reward(spec)
