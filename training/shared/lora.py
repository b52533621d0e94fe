"""LoRA (peft): the adapter of a stage, and how a folder that holds an adapter alone is loaded.

An adapter is always merged before it generates or is trained on, in float32, so that it gives the same texts as the
merged checkpoint.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.files import read_object

ADAPTER = "adapter_config.json"
LONGEST_NAME = 255
"""Bytes of one name in a path that file systems take."""


def adapter_base(folder: str | Path) -> str | None:
    """What the adapter in `folder` stands on (a folder or hub id), or None when the folder holds no adapter.

    A base that has moved together with the adapter is looked for beside it. Raises UserError when adapter_config.json
    names none, one that is not there, or an adapter that stands on this one.
    """
    base = _named_base(Path(folder))
    seen = {Path(folder).resolve()}
    below = base
    while below is not None and Path(below).is_dir():
        if (place := Path(below).resolve()) in seen:
            raise UserError(
                f"{Path(folder) / ADAPTER}: the adapter stands on itself ({below}); write the folder or hub id "
                "of its base model there"
            )
        seen.add(place)
        below = _named_base(Path(below))
    return base


def _named_base(folder: Path) -> str | None:
    path = folder / ADAPTER
    if not path.is_file():
        return None
    base = read_object(path).get("base_model_name_or_path")
    if not isinstance(base, str) or not base:
        raise UserError(f"{path}: names no base_model_name_or_path; write the folder or hub id of its base model there")
    parts = base.encode("utf-8", "surrogatepass").split(b"/")
    if "\0" in base or len(base) > 2000 or max(map(len, parts)) > LONGEST_NAME:
        raise UserError(f"{path}: its base_model_name_or_path is no path ({base[:40]!a}...); write its place there")
    if Path(base).is_absolute() and not Path(base).is_dir():
        beside = folder.resolve().parent / Path(base).name
        if not beside.is_dir():
            raise UserError(
                f"{path}: its base model {base} is not there; put it back, or write its present place there"
            )
        return str(beside)
    return base


def lora_config(settings: Any) -> Any:
    """The peft LoraConfig of a stage, or None when it trains all weights (see `Options`)."""
    if not settings.lora_rank:
        return None
    from peft import LoraConfig

    names = [name.strip() for name in settings.lora_targets.split(",") if name.strip()]
    return LoraConfig(
        r=settings.lora_rank,
        lora_alpha=settings.lora_alpha,
        lora_dropout=settings.lora_dropout,
        target_modules=names[0] if names == ["all-linear"] else names,
        task_type="CAUSAL_LM",
    )


def check_targets(model: Any, settings: Any, section: str) -> None:
    """Raise UserError when a name in lora_targets is no module of the model."""
    if not settings.lora_rank or settings.lora_targets.strip() == "all-linear":
        return
    ends = {name.rpartition(".")[2] for name, _ in model.named_modules()}
    unknown = [n.strip() for n in settings.lora_targets.split(",") if n.strip() and n.strip() not in ends]
    if unknown:
        linear = sorted({n.rpartition(".")[2] for n, m in model.named_modules() if type(m).__name__ == "Linear"})
        raise UserError(
            f"{section}.lora_targets: the model has no module {', '.join(unknown)}; "
            f"its linear layers are {', '.join(linear)}"
        )


def finished_model(model: Any, settings: Any, parent: str | Path) -> Any:
    """What a stage saves: the model itself, the merged one, or the adapter with `parent` written down as its base."""
    if not settings.lora_rank:
        return model
    if settings.lora_merge:
        return model.merge_and_unload()
    place = Path(parent)
    model.peft_config["default"].base_model_name_or_path = str(place.resolve()) if place.is_dir() else str(parent)
    return model


def with_adapter(model: Any, folder: str | Path) -> Any:
    """`model` (the adapter's base, float32) with the adapter merged into it. UserError without peft or for an adapter
    of another model."""
    if find_spec("peft") is None:
        raise UserError(
            f"{folder}: holds a LoRA adapter, which needs peft; pip install 'sgsrl-bench[peft]', "
            "or give a merged checkpoint"
        )
    from peft import PeftModel

    try:
        return PeftModel.from_pretrained(model, str(folder)).merge_and_unload()
    except (ValueError, RuntimeError, KeyError, OSError) as err:
        first = (str(err).strip().splitlines() or [type(err).__name__])[0][:200]
        raise UserError(
            f"{folder}: its adapter does not fit its base model ({first}); train the adapter again"
        ) from err
