"""The suite's own encoders give the vectors of sentence-transformers, to the bit, without it; others are left to it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark.settings.assets import resolve
from benchmark.tasks import load_task
from metrics.literal import read_literally
from metrics.plain_encoder import PlainEncoder, is_plain, on_cpu

ENCODERS = ("asset:encoder", "asset:encoder@2")


def folder_of(name: str) -> Path:
    return Path(resolve(name, "score.retrieval"))


@pytest.mark.skipif(not on_cpu(), reason="vectors of other devices are left to sentence-transformers")
@pytest.mark.parametrize("name", ENCODERS)
def test_the_vectors_are_those_of_sentence_transformers(name: str) -> None:
    from sentence_transformers import SentenceTransformer

    place = folder_of(name)
    assert is_plain(place)
    examples = load_task("newswire-title").load("test", 150)
    texts = [text for e in examples for text in (e.source, *(e.reference or ()))]
    texts += ["", " ", "ก", "</s><mask> <pad>", "中" * 3000, "ข่าว " * 900, *texts[:3]]
    own = SentenceTransformer(str(place), local_files_only=True, model_kwargs={"use_safetensors": True})
    plain = PlainEncoder(place)
    for literal in (False, True):
        if literal:
            read_literally(own.tokenizer), read_literally(plain.tokenizer)
        for some in (texts, texts[:1], texts[:64], texts[5:70]):
            theirs = own.encode(some, batch_size=64, normalize_embeddings=True, show_progress_bar=False)
            assert np.array_equal(plain.encode(some, 64), theirs)


def _write(change: Callable[[Any], object], file: str) -> Callable[[Path], object]:
    def work(folder: Path) -> None:
        value = json.loads((folder / file).read_text(encoding="utf-8"))
        change(value)
        (folder / file).write_text(json.dumps(value), encoding="utf-8")

    return work


@pytest.mark.parametrize(
    "change",
    [
        _write(lambda v: v.pop(), "modules.json"),
        _write(lambda v: v[1].update(type="sentence_transformers.models.WeightedLayerPooling"), "modules.json"),
        _write(lambda v: v.append(v[2]), "modules.json"),
        _write(lambda v: v.update(pooling_mode="cls"), "1_Pooling/config.json"),
        _write(lambda v: v.update(do_lower_case=True), "sentence_bert_config.json"),
        _write(lambda v: v.update(max_seq_length=16), "sentence_bert_config.json"),
        _write(lambda v: v.update(default_prompt_name="query"), "config_sentence_transformers.json"),
        _write(lambda v: v.update(truncate_dim=8), "config_sentence_transformers.json"),
        _write(lambda v: v.update(model_type="bert"), "config.json"),
        lambda folder: (folder / "modules.json").write_text("[[1]]"),
        lambda folder: (folder / "adapter_config.json").write_text("{}"),
        lambda folder: (folder / "modules.json").unlink(),
        shutil.rmtree,
    ],
)
def test_a_folder_that_asks_for_more_is_left_to_sentence_transformers(
    tmp_path: Path, change: Callable[[Path], object]
) -> None:
    folder = tmp_path / "encoder"
    shutil.copytree(folder_of("asset:encoder"), folder)
    assert is_plain(folder)
    change(folder)
    assert not is_plain(folder)


@pytest.mark.skipif(not on_cpu(), reason="as above")
def test_the_suites_own_are_loaded_without_it() -> None:
    code = (
        "import sys\n"
        "from metrics.retrieval import load_encoder\n"
        f"print(load_encoder({str(folder_of('asset:encoder'))!r})(['ข่าว', '新闻']).shape)\n"
        "print([name for name in ('sentence_transformers', 'sklearn', 'scipy', 'datasets') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["(2, 192)", "[]"]
