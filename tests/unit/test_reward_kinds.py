"""The rewards besides the generative reranker: scores in [0, 1], one per pair, equal ids for equal weights, clear
errors."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_models import character_tokenizer, small_bert

from benchmark.reward.judge import Judge, load_judge
from benchmark.settings.config import load_profile
from benchmark.settings.models import Models
from metrics.errors import UserError
from training.rewards import load_reward, load_reward_for
from training.rewards.safeguards import Penalties, shape
from training.rewards.yes_no_template import DEFAULT_INSTRUCT

SOURCES = ["中国公司", "中国公司", "北京法院起诉", "中国公司"]
TEXTS = ["กข", "กขคงจ กขคงจ", "ยรลว", "กข"]


def _encoder(folder: Path, heads: int | None) -> Path:
    import torch
    from transformers import BertForSequenceClassification, BertModel

    torch.manual_seed(3)
    tokenizer = character_tokenizer([])
    tokenizer.cls_token = tokenizer.sep_token = "<|im_end|>"
    tokenizer.model_max_length = 64
    tokenizer.padding_side = "right"
    config = small_bert(tokenizer, num_labels=heads or 2, initializer_range=0.5)
    (BertForSequenceClassification(config) if heads else BertModel(config)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    from sentence_transformers import SentenceTransformer, models

    root = tmp_path_factory.mktemp("kinds")
    found = {f"reranker-encoder-{n}": _encoder(root / f"cross{n}", n) for n in (1, 2, 3)}
    word = models.Transformer(str(_encoder(root / "plain", None)), max_seq_length=64)
    SentenceTransformer(modules=[word, models.Pooling(word.get_word_embedding_dimension())], device="cpu").save(
        str(root / "bi")
    )
    return found | {"embedding": root / "bi", "plain": root / "plain"}


@pytest.mark.parametrize("name", ["reranker-encoder-1", "reranker-encoder-2", "embedding"])
def test_a_folder_is_read_as_what_it_is_and_scores_each_pair(folders, name):
    reward = load_reward(str(folders[name]))
    assert reward.name == name.rstrip("-12")
    found = reward.score(SOURCES, TEXTS)
    assert len(found) == 4
    assert all(0 <= x <= 1 for x in found)
    assert found[0] == found[3]
    assert len(set(found)) == 3
    assert reward.score(SOURCES[2:3], TEXTS[2:3])[0] == pytest.approx(found[2], abs=1e-5)
    assert reward.score([], []) == []
    assert reward.counts()["scored"] == 5
    assert load_reward(str(folders[name])).id == reward.id
    assert reward.token_ids(["กข"])[0] != []


def test_a_two_label_encoder_gives_the_share_of_the_second_label(folders):
    import torch

    reward = load_reward(str(folders["reranker-encoder-2"]))
    batch = reward.tokenizer(SOURCES[:1], TEXTS[:1], return_tensors="pt")
    with torch.inference_mode():
        logits = reward.model.model(**batch).logits
    assert reward.score(SOURCES[:1], TEXTS[:1])[0] == pytest.approx(torch.softmax(logits, -1)[0, 1].item(), abs=1e-5)


def test_over_long_pairs_are_counted(folders):
    reward = load_reward(str(folders["reranker-encoder-1"]), max_length=32)
    reward.score(["中" * 50], ["ก"])
    assert reward.counts()["pairs_cut"] == 1


def test_another_number_of_labels_is_a_user_error(folders):
    with pytest.raises(UserError, match="3 labels"):
        load_reward(str(folders["reranker-encoder-3"]))


def test_a_folder_of_another_kind_is_a_user_error(tmp_path):
    (tmp_path / "config.json").write_text('{"architectures": ["BertForMaskedLM"]}', encoding="utf-8")
    with pytest.raises(UserError, match="no reward is known for the architecture BertForMaskedLM"):
        load_reward(str(tmp_path))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("reranker-encoder", "is BertModel, which has no trained relevance score"),
        ("embedding", "holds no modules.json"),
    ],
)
def test_a_plain_encoder_is_no_reward(folders, name, message):
    with pytest.raises(UserError, match=message):
        load_reward(name, str(folders["plain"]))


def test_a_causal_judge_is_not_read_as_a_cross_encoder(tiny_reranker_path):
    with pytest.raises(UserError, match="is Qwen3ForCausalLM, which has no trained relevance score"):
        load_reward("reranker-encoder", str(tiny_reranker_path))


def broken(sources: list[str], candidates: list[str]) -> list[float]:
    """Fails like a user's function with a mistake in it."""
    return [1 / len(c) for c in candidates]


def nothing(sources: list[str], candidates: list[str]) -> None:
    """Forgets to return."""


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("broken", r"failed in .*test_reward_kinds.py, line \d+: ZeroDivisionError: division by zero; mend"),
        ("nothing", "returned no list of numbers"),
    ],
)
def test_a_function_that_fails_is_the_users_mistake_with_its_line(function, message):
    with pytest.raises(UserError, match=f"reward test_reward_kinds:{function}: {message}"):
        load_reward(f"test_reward_kinds:{function}").score(["源"], [""])
    with pytest.raises(UserError, match=message):
        load_judge(f"test_reward_kinds:{function}", None, None, {}).score([("源", "", "th")])


def too_much(sources: list[str], candidates: list[str]) -> list[float]:
    """Outside of the contract."""
    return [2.0 for _ in candidates]


def test_a_reward_outside_of_0_to_1_is_told_with_its_value_and_the_contract():
    """In training by its `score`, in `validate-reward` by the judge around it; a metric has its own scale."""
    name = "test_reward_kinds:too_much"
    with pytest.raises(UserError, match=f"reward {name}: returned 2.0; eq. 6 needs values from 0 to 1"):
        load_reward(name).score(["源"], ["a"])
    with pytest.raises(
        UserError, match=rf"reward {name}: returned 2 for the candidate 'a'; a reward returns .* 0 to 1"
    ):
        load_judge(name, None, None, {}).score([("源", "a", "th")])
    assert Judge("m", "m", "metric", lambda s, t, _: [2.0]).score([("源", "a", "th")]) == {("源", "a", "th"): 2.0}


def words(sources: list[str], candidates: list[str]) -> list[float]:
    """A reward that likes length."""
    return [min(len(c) / 20, 1.0) for c in candidates]


@pytest.mark.parametrize("spec", ["safeguarded(test_reward_kinds:words)", "safeguarded"])
def test_safeguarded_is_eq_6_around_any_reward(spec):
    reward = load_reward(spec, "test_reward_kinds:words" if spec == "safeguarded" else None)
    texts = ["ก" * 4, "ก" * 19, "中ก", "", "abc"]
    expected = shape(words([], texts), texts, [[ord(c) for c in t] for t in texts], "th", Penalties())
    assert reward.score(["源"] * 5, texts) == [s.reward for s in expected]
    assert reward.score(["源"] * 5, texts)[2:] == [0.0, 0.0, 0.0]
    assert reward.id.startswith("safeguarded:th:gate+batchlen")
    assert "test_reward_kinds:words" in reward.id


def test_the_language_of_the_texts_reaches_what_is_inside():
    reward = load_judge("safeguarded(test_reward_kinds:words)", None, None, {}, langs=["bo"]).reward
    assert reward.target_lang == "bo" and reward.score(["源"], ["ཀཀཀཀ"]) > [0.0] == reward.score(["源"], ["กกกก"])
    inside = load_reward_for("bo", "safeguarded(llm-judge)", "http://127.0.0.1:1/v1#judge")
    assert (inside.target_lang, inside.inner.target_lang) == ("bo", "bo")
    assert load_reward_for("bo", "llm-judge", "http://127.0.0.1:1/v1#judge", target_lang="th").target_lang == "th"
    with pytest.raises(UserError, match="one target language at a time"):
        load_judge("safeguarded(test_reward_kinds:words)", None, None, {}, langs=["bo", "th"])


@pytest.mark.parametrize(("task", "language"), [("newswire-title", "Thai"), ("newswire-title-bo", "Tibetan")])
def test_the_reward_of_a_run_is_asked_about_the_language_of_its_task(tiny_reranker_path, task, language):
    profile = load_profile("smoke", (f"run.task={task}", f"rl.reward_path={tiny_reranker_path}"))
    assert f"the {language} text" in Models(profile).load_reward().instruct


def test_comet_refuses_languages_it_does_not_cover():
    with pytest.raises(UserError, match="bo"):
        load_reward("comet-qe", "anywhere", target_lang="bo")


def test_the_generative_template_measures(tiny_reranker_path):
    from benchmark.reward.pairs import Pair
    from benchmark.reward.template import sensitivity

    reward = load_reward(str(tiny_reranker_path))
    own = reward.instruct
    pairs = [Pair(str(i), "中国公司", "กข", "กค", "own", "zh", "th") for i in range(3)]
    found = sensitivity(reward, pairs, 0)
    assert found is not None
    assert len(found["instructions"]) == 4
    assert found["instructions"][0]["mean_change"] == 0.0
    assert 0 < found["yes_no_mass"]["p5"] <= found["yes_no_mass"]["mean"] < 1
    assert reward.instruct == own


@pytest.mark.parametrize("spec", ["{}", "safeguarded({})", "reranker-generative"])
def test_a_yes_no_judge_is_asked_about_the_language_of_the_texts(tiny_reranker_path, spec):
    named = spec == "reranker-generative"
    load = lambda lang, **options: load_reward_for(  # noqa: E731
        lang, spec.format(tiny_reranker_path), str(tiny_reranker_path) if named else None, **options
    )
    thai, tibetan, own = load("th"), load("bo"), load("bo", instruct="Judge it")
    asked = [getattr(reward, "inner", reward).instruct for reward in (thai, tibetan, own)]
    assert asked == [DEFAULT_INSTRUCT, DEFAULT_INSTRUCT.replace("Thai", "Tibetan"), "Judge it"]
    assert len({reward.id for reward in (thai, tibetan, own)}) == 3
    assert thai.id == load_reward(spec.format(tiny_reranker_path), str(tiny_reranker_path) if named else None).id
