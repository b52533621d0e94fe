"""Models named by a hub id (owner/name): the commit that the name stands for, and a local folder of its files."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from metrics.errors import UserError, first_line

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
"""owner/name, as on the model hub."""
SECONDS = 5.0
"""How long the hub is waited for."""
UNWANTED = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.h5", "*.msgpack", "*.ot", "*.onnx", "*.gguf", "onnx/*", "openvino/*")
"""Files that no step reads: pickles, and weights in other formats."""


def is_hub_id(path: str | Path) -> bool:
    """Whether a model is named by its place on the hub; a folder of that name comes first."""
    return HUB_ID.fullmatch(str(path)) is not None and not Path(path).exists()


@cache
def hub_revision(repo: str) -> str:
    """The commit (40 hex digits) that a hub id stands for now: asked of the hub, or what lies in the local cache where the hub cannot be asked.

    One answer per process, so that all parts of a run read the same files. Raises UserError where neither is there.
    """
    from huggingface_hub import HfApi, constants
    from huggingface_hub.file_download import repo_folder_name

    reason = "HF_HUB_OFFLINE is set"
    if not constants.HF_HUB_OFFLINE:
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
        return Path(snapshot_download(str(path), revision=hub_revision(str(path)), ignore_patterns=unwanted, etag_timeout=SECONDS))
    except UserError:
        raise
    except Exception as error:  # as above
        raise UserError(f"{path}: its files cannot be had ({first_line(error)}); check the name and the connection, or give a folder") from None
