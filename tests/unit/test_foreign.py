"""Folders that others made: none of their Python runs unasked, whoever opens them and wherever it is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from foreign_folder import edit, folder, honest  # noqa: F401 - fixtures

from benchmark.cli import main
from metrics.errors import UserError
from metrics.retrieval import load_encoder
from training.rewards import load_reward


def modules(kind: str) -> Any:
    """A change that names `kind` as the last module's type."""
    return lambda folder: edit(folder / "modules.json", lambda m: m[-1].update(type=kind))


def router(folder: Path) -> None:
    (folder / "4_Router").mkdir()
    content = {"types": {"a": "modeling_x.X"}, "structure": {"query": ["a"]}, "parameters": {}}
    (folder / "4_Router" / "router_config.json").write_text(json.dumps(content), encoding="utf-8")
    edit(
        folder / "modules.json",
        lambda m: m.append({"idx": 4, "name": "4", "path": "4_Router", "type": "sentence_transformers.models.Router"}),
    )


def words(folder: Path) -> None:
    (folder / "4_Words").mkdir()
    (folder / "4_Words" / "wordembedding_config.json").write_text(
        '{"tokenizer_class": "modeling_x.X"}', encoding="utf-8"
    )
    edit(
        folder / "modules.json",
        lambda m: m.append(
            {"idx": 4, "name": "4", "path": "4_Words", "type": "sentence_transformers.models.WordEmbeddings"}
        ),
    )


HOSTILE = {
    "a type of its own": modules("modeling_x.X"),
    "a type of another package": modules("subprocess.Popen"),
    "a name of the library that is no module": modules("sentence_transformers.util.import_from_string"),
    "a router's type": router,
    "a tokenizer of its own": words,
    "an activation that is a function of torch": lambda f: edit(
        f / "2_Dense" / "config.json", lambda c: c.update(activation_function="torch.utils.collect_env.main")
    ),
    "auto_map of the body": lambda f: edit(
        f / "config.json", lambda c: c.update(auto_map={"AutoModel": "modeling_x.X"})
    ),
    "auto_map within": lambda f: edit(
        f / "config.json", lambda c: c.update(text_config={"auto_map": {"AutoModel": "modeling_x.X"}})
    ),
    "auto_map of the tokenizer": lambda f: edit(
        f / "tokenizer_config.json", lambda c: c.update(auto_map={"AutoTokenizer": ["modeling_x.X", None]})
    ),
    "attention from a hub": lambda f: edit(
        f / "config.json", lambda c: c.update(attn_implementation="some-one/kernel")
    ),
    "attention from a hub, in the module": lambda f: edit(
        f / "sentence_bert_config.json", lambda c: c.update(model_kwargs={"attn_implementation": "some-one/kernel"})
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_code_that_a_folder_names_is_refused_by_name(folder: Path, tmp_path: Path, what: str) -> None:
    """As a reward of either kind and as the encoder that measures; nothing of it was imported."""
    HOSTILE[what](folder)
    for load in (
        lambda: load_reward(str(folder)),
        lambda: load_reward("embedding-contrastive", str(folder)),
        lambda: load_reward("reranker-encoder", str(folder)),
        lambda: load_encoder(str(folder)),
    ):
        with pytest.raises(UserError, match="the model brings its own code"):
            load()
    assert not (tmp_path / "ran").exists()


def test_a_policys_own_generate_is_refused(
    tiny_policy_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """transformers would run it on loading, unasked; as a policy, a reward and the base of an adapter."""
    from training.shared.loading import load_policy

    made = tmp_path / "policy"
    shutil.copytree(tiny_policy_path, made)
    (made / "custom_generate").mkdir()
    (made / "custom_generate" / "generate.py").write_text(
        f"open({str(tmp_path / 'ran')!r}, 'w')\ndef generate(model, **_): ...\n", encoding="utf-8"
    )
    for load in (load_policy, lambda path: load_reward("reranker-generative", str(path))):
        with pytest.raises(UserError, match=r"custom_generate names generate\.py"):
            load(made)
    assert main(["evaluate", "--model", str(made), "--task", "newswire-title", "--out", str(tmp_path / "out")]) == 2
    assert "brings its own code" in capsys.readouterr().err
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["validate-reward", "score"])
def test_the_commands_refuse_it_with_one_message(
    folder: Path, tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, the type by name, nothing run."""
    modules("modeling_x.X")(folder)
    out = str(tmp_path / "out")
    examples = tmp_path / "examples.jsonl"
    rows = [
        {"id": str(i), "source": s, "reference": "ข่าว", "facts": None, "source_lang": "zh", "target_lang": "th"}
        for i, s in enumerate("甲乙")
    ]
    examples.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    texts = tmp_path / "texts.jsonl"
    made = [
        {
            "example_id": str(i),
            "system": "s",
            "stage": "s",
            "text": "ข่าว",
            "n_tokens": None,
            "finish_reason": None,
            "seed": None,
        }
        for i in range(2)
    ]
    texts.write_text("".join(json.dumps(r) + "\n" for r in made), encoding="utf-8")
    asked = {
        "validate-reward": ["validate-reward", "--reward", str(folder), "--n", "2", "--out", out],
        "score": [
            *f"score --examples {examples} --generations {texts} --out".split(),
            out,
            "--set",
            f"score.retrieval={folder}",
        ],
    }
    assert main(asked[command]) == 2
    assert "type names modeling_x.X" in capsys.readouterr().err
    assert not (tmp_path / "ran").exists()


def test_what_the_library_itself_wrote_is_loaded(honest: Path) -> None:
    """Transformer, Pooling, Dense with an activation of torch.nn, Normalize."""
    assert len(load_reward(str(honest)).score(["中国"], ["กข"])) == 1
    assert load_encoder(str(honest))(["กข"]).shape == (1, 8)


def test_a_folder_may_run_its_code_when_the_user_has_said_so(folder: Path, tmp_path: Path) -> None:
    """Then, and only then, the library is asked; here it finds a class that is no module."""
    modules("modeling_x.X")(folder)
    with pytest.raises(UserError, match="cannot be loaded"):
        load_reward(str(folder), trust_remote_code=True)
    assert (tmp_path / "ran").exists()
