"""Model folders, configs and chat templates that nobody writes by accident."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from metrics.errors import UserError


class Templated:
    """A tokenizer with a chat template, as far as a prompt looks at it; rendered in the sandbox of transformers."""

    bos_token = None

    def __init__(self, template: str) -> None:
        self.chat_template = template

    def apply_chat_template(self, messages: list[dict[str, str]], **options: Any) -> str:
        from transformers.utils.chat_template_utils import render_jinja_template

        return str(render_jinja_template([messages], chat_template=self.chat_template, **options)[0][0])


@pytest.mark.parametrize(
    "name", ["tokenizer.json", "chat_template.jinja", "1_Pooling/config.json", "model.safetensors"]
)
def test_a_model_folder_holds_files_alone(name: str, tmp_path: Path) -> None:
    """A pipe in place of a file: whatever library opens it would wait for ever."""
    from metrics.foreign import check_foreign

    path = tmp_path / "model" / name
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    for trusted in (False, True):
        with pytest.raises(UserError, match="a pipe or a device"):
            check_foreign(tmp_path / "model", trusted)
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(UserError, match="a pipe or a device"):
        check_foreign(tmp_path / "model")


@pytest.mark.parametrize("size", [0, -1, 2**70, True, 1.5, "4"])
def test_sizes_of_a_config_are_sizes(size: Any) -> None:
    from benchmark.plan.shapes import shape_of

    config = json.loads((Path(__file__).parents[1] / "fuzz" / "corpus" / "config.json").read_text("utf-8"))
    for key in ("num_attention_heads", "hidden_size", "head_dim", "num_key_value_heads"):
        with pytest.raises(UserError):
            shape_of({**config, key: size}, "x")


RANGE = "{% for a in range(99999) %}"


@pytest.mark.parametrize(
    "template",
    [
        RANGE * 3 + "x" + "{% endfor %}" * 3,
        RANGE * 3 + "{% endfor %}" * 3,
        "{{ 'x' * 99999999999 }}",
        "{{ ('x' * 99999) * 999 }}",
        "{% set ns = namespace(t='x') %}" + RANGE + "{% set ns.t = ns.t ~ ns.t %}{% endfor %}{{ ns.t }}",
        "{{ raise_exception('no') }}",
        "{{ 1 / 0 }}",
        "{{ messages.__class__.__mro__[1].__subclasses__() }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% for",
    ],
)
def test_chat_templates_that_loop_grow_or_raise(template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A template is a program of a stranger: bounded time and memory, and one message."""
    from benchmark.settings.prompts import rendered_chat
    from training.shared import bounded

    monkeypatch.setattr(bounded.bounded_text, "__defaults__", (2.0,))
    asked = [{"role": "user", "content": "{source}"}]
    with pytest.raises(UserError, match="its chat template refuses the prompt"):
        rendered_chat(Templated(template), "model", asked, {})


def test_a_chat_template_of_the_usual_kind_is_rendered() -> None:
    from benchmark.settings.prompts import rendered_chat

    template = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}"
    asked = [{"role": "user", "content": "ก {source}"}]
    assert rendered_chat(Templated(template), "model", asked, {}) == "<|user|>ก {source}"
