"""Models named by a hub id (owner/name): the commit that the name stands for, and a local folder of its files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from metrics.errors import UserError, first_line

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
"""owner/name, as on the model hub."""
SECONDS = 3.0
"""How long the hub is waited for."""
UNWANTED = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.h5", "*.msgpack", "*.ot", "*.onnx", "*.gguf", "onnx/*", "openvino/*")
"""Files that no step reads: pickles, and weights in other formats."""


def is_hub_id(path: str | Path) -> bool:
    """Whether a model is named by its place on the hub; a folder of that name comes first."""
    return HUB_ID.fullmatch(str(path)) is not None and not Path(path).exists()


@cache
def unreachable() -> str | None:
    """Why the hub cannot be asked, or None. Found out by one connection within SECONDS, names included, before any
    client tries again and again."""
    import socket
    import threading
    from urllib.parse import urlsplit
    from urllib.request import getproxies

    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return "HF_HUB_OFFLINE is set"
    place = urlsplit(constants.ENDPOINT)
    if getproxies().get(place.scheme):
        return None  # the proxy knows names that this machine does not: the client asks it
    host, port = place.hostname or "", place.port or (80 if place.scheme == "http" else 443)
    found: list[str | None] = []

    def connect() -> None:
        try:
            socket.create_connection((host, port), timeout=SECONDS).close()
            found.append(None)
        except OSError as error:
            found.append(f"{host} cannot be reached: {error.strerror or error}")

    thread = threading.Thread(target=connect, daemon=True)  # a name server that is silent heeds no timeout
    thread.start()
    thread.join(SECONDS)
    return found[0] if found else f"{host} does not answer within {SECONDS:.0f} s"


def need_hub(named: Mapping[str, str]) -> None:
    """Checks all models that a command names by a hub id at once. named: what names it (a key, an option) -> folder or
    hub id.

    Where the hub cannot be reached and all of them lie in the local cache, this process asks the hub no more. Raises
    one UserError for all that can neither be asked for nor found.
    """
    ids = {key: path for key, path in named.items() if is_hub_id(path)}
    if not ids:
        return
    missing = []
    for key, path in ids.items():
        try:
            hub_revision(path)
        except UserError:
            missing.append(f"{key} = {path}")
    if missing:
        reason = unreachable() or "it tells no commit of that name"
        raise UserError(
            f"{', '.join(missing)}: no such folder, not in the local cache of hub models, "
            f"and the hub cannot be asked ({reason}); "
            "check the name and the connection, or give a folder"
        )
    if unreachable() is not None:
        _stay_offline()


def _stay_offline() -> None:
    import os
    import sys

    from huggingface_hub import constants

    os.environ["HF_HUB_OFFLINE"], constants.HF_HUB_OFFLINE = "1", True
    place = sys.modules.get("transformers.utils.hub")
    if place is not None and hasattr(place, "_is_offline_mode"):
        setattr(place, "_is_offline_mode", True)  # noqa: B010 - transformers 4 has read it when it was imported


@cache
def hub_revision(repo: str) -> str:
    """The commit (40 hex digits) that a hub id stands for now: asked of the hub, or what lies in the local cache where
    the hub cannot be asked.

    One answer per process, so that all parts of a run read the same files. Raises UserError where neither is there.
    """
    from huggingface_hub import HfApi, constants
    from huggingface_hub.file_download import repo_folder_name

    reason = unreachable()
    if reason is None:
        try:
            found = HfApi().model_info(repo, timeout=SECONDS).sha
            if found:
                return found
            reason = "the hub tells no commit"
        except Exception as error:  # the client raises many kinds; each means that the hub gives no answer
            reason = first_line(error)
    ref = Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=repo, repo_type="model") / "refs" / "main"
    try:
        return ref.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise UserError(
            f"{repo}: no such folder, not in the local cache of hub models, and the hub cannot be asked ({reason}); "
            "check the name and the connection, or give a folder"
        ) from None


def model_folder(path: str | Path, with_code: bool = False) -> Path:
    """The folder of a model: itself, or for a hub id the local copy of its commit (with_code: its Python files, too).

    Raises UserError for a hub id whose files are neither in the cache nor to be had.
    """
    if not is_hub_id(path):
        return Path(path)
    from huggingface_hub import snapshot_download

    unwanted = [*UNWANTED, *([] if with_code else ["*.py"])]
    try:
        return Path(
            snapshot_download(
                str(path), revision=hub_revision(str(path)), ignore_patterns=unwanted, etag_timeout=SECONDS
            )
        )
    except UserError:
        raise
    except Exception as error:  # as above
        raise UserError(
            f"{path}: its files cannot be had ({first_line(error)}); check the name and the connection, "
            "or give a folder"
        ) from None
