"""Model folders that others made: data, never code. What a folder names in Python is read from its JSON before any
library opens it.

sentence-transformers 5 imports the classes that a local folder's modules.json names, the Python files beside it
included, and calls what its configs name as activation. So the names are held against lists here; a name outside them
needs trust_remote_code, which only the user can say (docs/security.md).
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from metrics import files
from metrics.errors import UserError

ALLOW = "--set policy.trust_remote_code=true (a reward: rl.reward_options.trust_remote_code=true)"
"""How a user says that a model's own code may run."""
OWN_GENERATE = "custom_generate"
"""Subfolder with a model's own generate.py, which takes the place of the library's."""
_KINDS = (
    "Transformer Pooling Normalize Dense Dropout LayerNorm WeightedLayerPooling StaticEmbedding Router Asym "
    "CNN LSTM BoW WordEmbeddings "
    "WordWeights CLIPModel MLMTransformer SpladePooling SparseAutoEncoder SparseStaticEmbedding CSRSparsity "
    "IDF LogitScore"
)
_TOKENIZERS = "WhitespaceTokenizer WordTokenizer PhraseTokenizer"
_PACKAGES = (
    r"sentence_transformers\.(?:(?:base|sentence_transformer|sparse_encoder|cross_encoder)\.)?(?:models"
    r"|modules)\.(?:\w+\.)?"
)
_MODULE = re.compile(_PACKAGES + f"(?:{_KINDS.replace(' ', '|')})", re.ASCII)
_TOKENIZER = re.compile(_PACKAGES + rf"(?:\w+\.)?(?:{_TOKENIZERS.replace(' ', '|')})", re.ASCII)
_ACTIVATION = re.compile(r"torch\.nn\.(?:modules\.(?:activation|linear)\.)?[A-Z]\w*", re.ASCII)
_ACTIVATIONS = ("activation_fn", "activation_function", "sbert_ce_default_activation_function")
_ATTENTION = ("attn_implementation", "_attn_implementation", "_attn_implementation_internal")
Named = tuple[str, str]
"""(key, the Python that it names)."""


def read_json(path: Path, mend: str = "copy the model again") -> Any:
    """The content of a JSON file. Raises UserError for a file that is missing, too large, no regular file, or not
    JSON."""
    try:
        return files.read_json(path)
    except UserError as error:
        raise UserError(f"{error}; {mend}") from None


def _walk(value: Any) -> Iterator[tuple[str, Any]]:
    """Every (key, value) below a JSON value, without recursion: what it holds may be nested to any depth."""
    todo = [value]
    while todo:
        found = todo.pop()
        if isinstance(found, dict):
            for key, inner in found.items():
                yield key, inner
                todo.append(inner)
        elif isinstance(found, list):
            todo += found


def code_named_by(config: Any) -> list[Named]:
    """What a config would have a library import or call: classes of its own, kernels from a hub, modules and
    activations by name."""
    return [(key, name) for key, value in _walk(config) if (name := _code(key, value)) is not None]


def _code(key: str, value: Any) -> str | None:
    """The Python that one key of a config names to be run, or None."""
    text = value if isinstance(value, str) else None
    if key == "auto_map":
        return json.dumps(value)[:200] if value else None
    if key in _ATTENTION:  # a kernel that transformers would fetch from the hub and run
        named = [str(v) for v in (value.values() if isinstance(value, dict) else [value])]
        return next((v for v in named if "/" in v or ":" in v), None)
    if key in _ACTIVATIONS:
        return text if text and "." in text and not _ACTIVATION.fullmatch(text) else None
    if key == "tokenizer_class":
        return text if text and "." in text and not _TOKENIZER.fullmatch(text) else None
    if key == "megatron_core":
        return None if value in (None, "megatron.core") else str(value)
    return str(value) if key == "parent_library" and value else None


def _is_config(name: str) -> bool:
    return name == "modules.json" or ("config" in name and name.endswith(".json"))


def configs(folder: Path) -> list[Path]:
    """The configs of a folder and its subfolders, by name."""
    return sorted(p for p in folder.rglob("*.json") if _is_config(p.name) and ".git" not in p.parts)


def _refuse(where: Path, named: Named, allow: str) -> UserError:
    key, name = named
    return UserError(
        f"{where}: the model brings its own code ({key} names {name}), and no code of a model runs unasked; "
        "read that code, then allow it "
        f"with {allow}"
    )


def check_regular(folder: Path) -> None:
    """Raise UserError where a folder holds a pipe, a device, or a link to one: a library that opens it would wait, or
    read for ever."""
    for path in sorted(folder.rglob("*")):
        try:
            mode = path.stat().st_mode
        except OSError:  # a link to nothing: whoever needs the file says that it is missing
            continue
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise UserError(f"{path}: a pipe or a device, where a model has files; copy the model again")


def check_foreign(folder: str | Path, trust_remote_code: bool = False, allow: str = ALLOW) -> None:
    """Raise UserError where a folder names Python to be run that is no library's own, unless the user has said that it
    may.

    allow: how it is said, for the message. The folder of a sentence-transformers model gets `check_modules`, too.
    """
    check_regular(Path(folder))
    if trust_remote_code:
        return
    todo, seen = [Path(folder)], set[Path]()
    while todo:
        place = todo.pop()
        if (real := place.resolve()) in seen:
            continue
        seen.add(real)
        check_regular(place)
        for path in sorted(place.rglob(f"{OWN_GENERATE}/*")):
            # transformers runs generate.py of a local folder whatever trust_remote_code says, as soon as the model is
            # loaded.
            raise _refuse(place, (OWN_GENERATE, path.name), allow)
        for path in configs(place):
            config = read_json(path)
            for named in code_named_by(config):
                raise _refuse(path, named, allow)
            base = (
                config.get("base_model_name_or_path")
                if path.name == "adapter_config.json" and isinstance(config, dict)
                else None
            )
            with suppress(OSError, ValueError):  # names that no file system takes: peft's reader refuses them, too
                if isinstance(base, str) and Path(base).is_dir():
                    todo.append(Path(base))
        if (place / "modules.json").exists():
            check_modules(place, allow)


def check_modules(folder: Path, allow: str = ALLOW) -> None:
    """Raise UserError where modules.json, or a router in it, names a type that is no module of sentence-transformers,
    or a place outside."""
    path = folder / "modules.json"
    modules = read_json(path)
    if not isinstance(modules, list) or not all(isinstance(m, dict) for m in modules):
        raise UserError(f"{path}: must hold a list of modules; save the model again with sentence-transformers")
    todo = [(path, m.get("type"), m.get("path", "")) for m in modules]
    seen = 0
    while todo:
        where, kind, place = todo.pop()
        seen += 1
        if not isinstance(kind, str) or not _MODULE.fullmatch(kind):
            raise _refuse(where, ("type", str(kind)), allow)
        parts = PurePosixPath(str(place).replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts or seen > 1000:
            raise UserError(
                f"{where}: the module {kind} lies at {place!r}, outside the model's folder; save the model again"
            )
        if (folder / parts / "pytorch_model.bin").exists() and not any((folder / parts).glob("*.safetensors")):
            raise UserError(
                f"{folder / parts}: holds only pickled weights (pytorch_model.bin); save the model again with "
                "safetensors"
            )
        if kind.rpartition(".")[2] in ("Router", "Asym"):
            inside = next(
                (p for n in ("router_config.json", "config.json") if (p := folder / parts / n).is_file()), None
            )
            types = read_json(inside).get("types") if inside is not None else None
            if inside is None or not isinstance(types, dict):
                raise UserError(
                    f"{where}: the module {kind} at {place!r} says no types of its own; save the model again"
                )
            todo += [(inside, t, f"{place}/{name}") for name, t in types.items()]
