"""Models on a hub that cannot be reached: one message for all of them, at once; those in the local cache are used
without asking again."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmark.cli import main
from metrics import hub
from metrics.errors import UserError
from metrics.hub import need_hub


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[Any]]:
    """A machine without a network, and an empty cache; the list gets every connection that is tried."""
    from huggingface_hub import constants

    tried: list[Any] = []

    def refuse(address: Any, *args: Any, **kwargs: Any) -> Any:
        tried.append(address)
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    hub.unreachable.cache_clear()
    hub.hub_revision.cache_clear()
    yield tried
    hub.unreachable.cache_clear()
    hub.hub_revision.cache_clear()


@pytest.mark.parametrize(
    "command",
    [
        ["run", "--stage", "all", "--run-dir", "OUT"],
        ["evaluate", "--model", "Qwen/Qwen3-0.6B-Base", "--task", "newswire-title", "--out", "OUT"],
        ["parity"],
    ],
)
def test_gpu_small_without_a_network_is_one_message(
    command: list[str], no_network: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [part.replace("OUT", str(tmp_path / "out")) for part in command]
    assert main([*asked, "--profile", "gpu-small"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "Qwen/Qwen3-0.6B-Base" in told
    assert "Qwen/Qwen3-Reranker-0.6B" in told
    assert "huggingface.co cannot be reached: Network is unreachable" in told
    assert len(no_network) == 1  # one connection, not a wall of retries
    assert not (tmp_path / "out").exists()


def test_what_lies_in_the_cache_is_used_without_asking_again(no_network: list[Any], tmp_path: Path) -> None:
    from huggingface_hub import constants

    ref = tmp_path / "cache" / "models--own--small" / "refs" / "main"
    ref.parent.mkdir(parents=True)
    ref.write_text("0" * 40)
    need_hub({"policy": "own/small"})
    assert constants.HF_HUB_OFFLINE is True
    with pytest.raises(UserError, match="own/large"):
        need_hub({"policy": "own/small", "rl.reward_path": "own/large"})


def test_folders_need_no_hub(no_network: list[Any], tmp_path: Path) -> None:
    need_hub({"policy": str(tmp_path), "score.retrieval": "asset:encoder"})
    assert no_network == []
