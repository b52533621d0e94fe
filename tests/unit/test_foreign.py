"""Folders that others made: none of their Python runs unasked, whoever opens them and wherever it is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tiny_models import character_tokenizer

from benchmark.cli import main
from metrics.errors import UserError
from metrics.foreign import check_foreign, code_named_by
from metrics.retrieval import load_encoder
from training.rewards import load_reward


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bi-encoder with a Dense module, saved by sentence-transformers itself."""
    import torch
    from sentence_transformers import SentenceTransformer, models
    from transformers import BertConfig, BertModel

    root = tmp_path_factory.mktemp("foreign")
    torch.manual_seed(0)
    tokenizer = character_tokenizer([])
    tokenizer.padding_side, tokenizer.model_max_length = "right", 64
    BertModel(
        BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            max_position_embeddings=80,
            pad_token_id=tokenizer.pad_token_id,
        )
    ).save_pretrained(root / "body")
    tokenizer.save_pretrained(root / "body")
    word = models.Transformer(str(root / "body"), max_seq_length=64)
    dense = models.Dense(16, 8, activation_function=torch.nn.GELU())
    SentenceTransformer(modules=[word, models.Pooling(16), dense, models.Normalize()], device="cpu").save(
        str(root / "bi")
    )
    return root / "bi"


@pytest.fixture
def folder(honest: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change; beside its files lies Python that would leave a mark."""
    made = tmp_path / "model"
    shutil.copytree(honest, made)
    (made / "modeling_x.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nclass X: pass\n", encoding="utf-8")
    return made


def edit(path: Path, change: Any) -> None:
    """Changes a JSON file in place."""
    content = json.loads(path.read_text("utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


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
            "score",
            "--examples",
            str(examples),
            "--generations",
            str(texts),
            "--out",
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


def test_subfolders_count_in_the_one_hash(folder: Path) -> None:
    """Another 2_Dense is another encoder, for rewards, measuring and step keys alike; a config counts in what steps
    depend on."""
    from metrics.retrieval import weights_hash as of_encoder
    from training.shared.hashes import content_hash, weights_hash

    before, content = weights_hash(folder), content_hash(folder)
    assert of_encoder(folder) == before
    assert before[:16] in load_reward(str(folder)).id
    edit(folder / "1_Pooling" / "config.json", lambda c: c.update(note=1))
    assert weights_hash(folder) == before
    assert content_hash(folder) != content
    weights = folder / "2_Dense" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    assert weights_hash(folder) != before
    assert of_encoder(folder) == weights_hash(folder)


def test_pickled_weights_of_a_module_are_refused(folder: Path) -> None:
    """They would be read in place of safetensors, and no hash would know them."""
    (folder / "2_Dense" / "model.safetensors").rename(folder / "2_Dense" / "pytorch_model.bin")
    with pytest.raises(UserError, match="only pickled weights"):
        load_encoder(str(folder))


def test_a_module_outside_the_folder_is_refused(folder: Path) -> None:
    """What lies elsewhere is in no hash."""
    edit(folder / "modules.json", lambda m: m[2].update(path="../elsewhere"))
    with pytest.raises(UserError, match="outside the model's folder"):
        check_foreign(folder)


@pytest.mark.parametrize("content", ["{}", "[1]", "[[[", "[" * 100_000, '[{"type": 3}]', '[{"path": ""}]'])
def test_an_odd_modules_json_is_one_message(folder: Path, content: str) -> None:
    """No traceback, whatever it holds."""
    (folder / "modules.json").write_text(content, encoding="utf-8")
    with pytest.raises(UserError):
        check_foreign(folder)


def test_depth_hides_nothing() -> None:
    """A name is found at any depth, without running out of stack."""
    nested: Any = {"auto_map": {"AutoModel": "evil.X"}}
    for _ in range(50_000):
        nested = [nested]
    assert code_named_by(nested)


def test_a_comet_checkpoint_names_no_code(tmp_path: Path) -> None:
    """Its encoder's configs are looked at, too."""
    from metrics.scorers.comet_checkpoint import build_checkpoint

    made = tmp_path / "comet"
    (made / "encoder").mkdir(parents=True)
    (made / "model.safetensors").touch()
    (made / "hparams.yaml").write_text("class_identifier: referenceless_regression_metric\n", encoding="utf-8")
    (made / "encoder" / "config.json").write_text('{"auto_map": {"AutoModel": "evil.X"}}', encoding="utf-8")
    with pytest.raises(UserError, match="brings its own code"):
        build_checkpoint(made)


def test_hparams_that_hold_python_objects_are_refused(tmp_path: Path) -> None:
    """YAML can name any callable; only plain values are read."""
    from metrics.scorers.comet_checkpoint import build_checkpoint

    made = tmp_path / "comet"
    (made / "encoder").mkdir(parents=True)
    (made / "model.safetensors").touch()
    (made / "hparams.yaml").write_text(
        f"class_identifier: !!python/object/apply:os.system ['touch {tmp_path / 'ran'}']\n", encoding="utf-8"
    )
    (made / "encoder" / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match="not readable as plain YAML"):
        build_checkpoint(made)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("loop", [["a"], ["a", "b"]])
def test_an_adapter_that_stands_on_itself_is_one_message(tmp_path: Path, loop: list[str]) -> None:
    """Directly or by way of another one."""
    from training.shared.checkpoints import check_folder
    from training.shared.files_of import files_of
    from training.shared.hashes import content_hash

    for i, name in enumerate(loop):
        (tmp_path / name).mkdir()
        base = tmp_path / loop[(i + 1) % len(loop)]
        (tmp_path / name / "adapter_config.json").write_text(
            json.dumps({"base_model_name_or_path": str(base)}), encoding="utf-8"
        )
        (tmp_path / name / "adapter_model.safetensors").write_bytes(b"\x02" + bytes(7) + b"{}")
    for look in (check_folder, files_of, content_hash):
        with pytest.raises(UserError, match="stands on itself"):
            look(tmp_path / "a")


def test_an_adapter_that_names_a_module_is_refused(tmp_path: Path) -> None:
    """megatron_core is imported by peft."""
    from training.shared.checkpoints import check_folder

    content = {"base_model_name_or_path": "owner/base", "megatron_core": "evil"}
    (tmp_path / "adapter_config.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UserError, match="megatron_core names evil"):
        check_folder(tmp_path)
