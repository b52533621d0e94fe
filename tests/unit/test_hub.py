"""Models on the hub: a hub id is hashed and loaded by its commit, and its files are looked at like anybody's folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from benchmark.settings.models import model_content, model_hash
from metrics.errors import UserError
from metrics.hub import hub_revision, is_hub_id, model_folder
from training.rewards import load_reward
from training.shared.loading import load_policy

FIRST, SECOND = "a" * 40, "b" * 40


@pytest.fixture
def cache(tmp_path: Path, tiny_policy_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A local cache that holds owner/name at FIRST; the folder of that model in it."""
    from huggingface_hub import constants, file_download

    place = tmp_path / "cache" / "models--owner--name"
    (place / "refs").mkdir(parents=True)
    (place / "refs" / "main").write_text(FIRST)
    shutil.copytree(tiny_policy_path, place / "snapshots" / FIRST)
    for module in (constants, file_download):
        monkeypatch.setattr(module, "HF_HUB_CACHE", str(tmp_path / "cache"), raising=False)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("huggingface_hub._snapshot_download.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("transformers.utils.hub.TRANSFORMERS_CACHE", str(tmp_path / "cache"), raising=False)
    hub_revision.cache_clear()
    yield place
    hub_revision.cache_clear()


def test_a_hub_id_hashes_with_its_commit(cache: Path) -> None:
    """Another commit under the same name is another model, for step keys and reward ids alike."""
    assert model_hash("owner/name") == model_content("owner/name") == f"hub:owner/name@{FIRST}"
    (cache / "refs" / "main").write_text(SECOND)
    assert model_hash("owner/name") == f"hub:owner/name@{FIRST}", "one answer per process"
    hub_revision.cache_clear()
    assert model_hash("owner/name") == f"hub:owner/name@{SECOND}"


def test_what_is_hashed_is_what_is_loaded(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every part of a policy is asked for by that commit."""
    import transformers

    asked: list[Any] = []
    for name in ("AutoTokenizer", "AutoModelForCausalLM"):
        kind = getattr(transformers, name)
        load = kind.from_pretrained

        def watched(path: str, *args: Any, _load: Any = load, **options: Any) -> Any:
            asked.append(options.pop("revision", None))
            return _load(str(cache / "snapshots" / FIRST), *args, **options)

        monkeypatch.setattr(kind, "from_pretrained", watched)
    load_policy("owner/name")
    assert asked == [FIRST, FIRST]


def test_a_hub_id_that_is_not_there_is_one_message(tmp_path: Path) -> None:
    """Offline and not in the cache: no wall of retries."""
    assert is_hub_id("nobody/nothing")
    assert not is_hub_id(tmp_path)
    hub_revision.cache_clear()
    with pytest.raises(UserError, match="nobody/nothing: no such folder, not in the local cache of hub models"):
        model_hash("nobody/nothing")


def test_a_hub_models_own_code_is_refused_like_a_folders(cache: Path, tmp_path: Path) -> None:
    """sentence-transformers would import a module of that name from wherever Python finds one."""
    folder = cache / "snapshots" / FIRST
    assert model_folder("owner/name") == folder
    modules = [{"idx": 0, "name": "0", "path": "", "type": "evil.X"}]
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    with pytest.raises(UserError, match=r"type names evil\.X"):
        load_reward("embedding", "owner/name")
