"""The plan: its formulas against the models themselves and against measured steps, what it refuses, and which knob it
names."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from planned import ON_80

from benchmark.cli import main
from benchmark.plan.needs import GIB, Machine, Tokens, head_bytes, training_state
from benchmark.plan.planning import make_plan
from benchmark.plan.shapes import Shape, known, shape_of
from benchmark.plan.workload import Sizes, count_tokens, sizes_of
from benchmark.settings.config import load_profile
from training.sft.settings import SFTSettings

MEASURED = 0.25
"""Largest relative difference between what is planned and what is measured."""


def config_of(name: str) -> Any:
    """The transformers config with the sizes of a known shape."""
    from transformers import AutoConfig

    s = known()[name]
    more = (
        {"max_position_embeddings": s.positions, "type_vocab_size": 1}
        if s.encoder
        else {"num_key_value_heads": s.kv_heads}
    )
    if s.kind == "qwen3":
        more["head_dim"] = s.head_dim
    return AutoConfig.for_model(
        s.kind,
        vocab_size=s.vocab,
        hidden_size=s.hidden,
        num_hidden_layers=s.layers,
        num_attention_heads=s.heads,
        intermediate_size=s.mlp,
        tie_word_embeddings=s.tied,
        pad_token_id=1,
        **more,
    )


@pytest.mark.parametrize("name", sorted(known()))
def test_parameters_are_those_of_the_model(name: str) -> None:
    """Counted on the meta device, where a model has no weights."""
    import torch
    from transformers import AutoModel, AutoModelForCausalLM

    shape = known()[name]
    with torch.device("meta"):
        config = config_of(name)
        model = (
            AutoModel.from_config(config, add_pooling_layer=False)
            if shape.encoder
            else AutoModelForCausalLM.from_config(config)
        )
    assert shape.parameters == sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize(
    ("name", "published"), [("HuggingFaceTB/SmolLM3-3B", 3.08e9), ("Qwen/Qwen3-Reranker-8B", 8.19e9)]
)
def test_known_shapes_have_the_published_size(name: str, published: float) -> None:
    """Guards shapes.toml against a slip: within 5 % of the model pages."""
    assert known()[name].parameters == pytest.approx(published, rel=0.05)


def small(kind: str) -> tuple[Any, Shape]:
    """A model of a few layers whose sizes are unlike each other, and its shape."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    more = {"head_dim": 32} if kind == "qwen3" else {}
    config = AutoConfig.for_model(
        kind,
        vocab_size=700,
        hidden_size=96,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        intermediate_size=320,
        tie_word_embeddings=True,
        pad_token_id=1,
        **more,
    )
    torch.manual_seed(0)
    return AutoModelForCausalLM.from_config(config), shape_of(config.to_dict(), kind)


@pytest.mark.parametrize("kind", ["smollm3", "qwen3"])
def test_flops_of_a_forward_pass_are_those_counted_by_torch(kind: str) -> None:
    """torch's own counter, over the blocks and the head."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    model, shape = small(kind)
    rows, length = 3, 64
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        model(input_ids=torch.randint(2, 700, (rows, length)), use_cache=False)
    predicted = shape.forward_flops(rows * length, length, rows * length)
    assert predicted == pytest.approx(counter.get_total_flops(), rel=MEASURED)


@pytest.mark.parametrize("kind", ["smollm3", "qwen3"])
@pytest.mark.parametrize(
    ("mixed", "checkpointing"),
    [(False, False), (True, False), (False, True)],
    ids=["float32", "bfloat16", "computed again"],
)
def test_activations_are_those_that_autograd_keeps(kind: str, mixed: bool, checkpointing: bool) -> None:
    """Storage of every tensor saved for the backward pass of the blocks, each counted once, weights left out."""
    import torch

    model, shape = small(kind)
    body = model.model.train()
    if checkpointing:
        body.gradient_checkpointing_enable({"use_reentrant": False})
    weights = {p.untyped_storage().data_ptr() for p in body.parameters()}
    kept: dict[int, tuple[int, Any]] = {}

    def pack(t: Any) -> Any:
        storage = t.untyped_storage()
        copy_of_weight = t.dim() == 2 and t.shape[0] != 3 * 64 and t.dtype == torch.bfloat16 and t.shape[1] != 3 * 64
        if storage.data_ptr() not in weights and t.is_floating_point() and not copy_of_weight:
            kept[storage.data_ptr()] = (
                storage.nbytes(),
                t,
            )  # the tensor too: freed storage would give its address away
        return t

    rows, length = 3, 64
    ids = torch.randint(2, 700, (rows, length))
    with (
        torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t),
        torch.autocast("cpu", torch.bfloat16, enabled=mixed),
    ):
        body(input_ids=ids, use_cache=False)
    measured = sum(size for size, _ in kept.values())
    predicted = rows * length * shape.activation_bytes(mixed, checkpointing)
    if checkpointing:
        one = rows * length * (shape.activation_bytes(mixed, False) - 2 * 4 * shape.hidden) / shape.layers
        predicted -= one  # the block that is computed again is not yet there after the forward pass
    assert predicted == pytest.approx(measured, rel=MEASURED)


def test_the_state_of_training_is_what_adam_holds() -> None:
    """Weights, gradients and both moments of a real step, exactly; LoRA's are those of its matrices."""
    import torch

    model, shape = small("smollm3")
    optimiser = torch.optim.AdamW(model.parameters())
    model(input_ids=torch.randint(2, 700, (2, 8)), labels=torch.randint(2, 700, (2, 8))).loss.backward()
    optimiser.step()
    state = training_state(shape, SFTSettings(), 1)
    assert state["weights"] == sum(p.nbytes for p in model.parameters())
    assert state["gradients"] == sum(p.grad.nbytes for p in model.parameters() if p.grad is not None)
    assert state["optimiser"] == sum(t.nbytes for s in optimiser.state.values() for t in s.values() if t.dim())
    peft = pytest.importorskip("peft")
    adapted = peft.get_peft_model(model, peft.LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
    assert shape.lora(4) == sum(p.numel() for p in adapted.parameters() if p.requires_grad)


def test_tokens_of_the_embedded_world_are_counted() -> None:
    """The plan's prompt and reference are the means over the pairs that SFT is given, with the end token."""
    from benchmark.pipeline.train import pairs_of
    from benchmark.settings.assets import resolve
    from benchmark.tasks import load_task
    from training.sft.train import encode_pairs
    from training.shared.loading import load_tokenizer

    profile = load_profile("tiny", ["data.n_para=200"])
    tokens = count_tokens(profile)
    task = load_task(profile.run.task)
    pairs = pairs_of(task, task.load("para", 200))
    rows, _ = encode_pairs(load_tokenizer(resolve(profile.policy.path, "policy.path")), pairs, 10**6)
    assert tokens.sampled
    assert tokens.prompt + tokens.target == pytest.approx(sum(len(r["input_ids"]) for r in rows) / len(rows))
    found = sizes_of(profile)
    assert found == Sizes(200, 3000, 200, 500, found.further)


def test_further_tasks_are_planned_like_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    """One need each, of as many texts as `run` measures, their tokens counted in them; none, no need."""
    names = ["newswire-long@2", "newswire-title-bo@2"]
    profile = load_profile("tiny", ["data.n_para=50", "data.n_extra=7", f"run.extra_tasks={json.dumps(names)}"])
    sizes, tokens, machine = sizes_of(profile), count_tokens(profile), Machine(1, 8.0)
    assert [(other.task, other.measured) for other in sizes.further] == [(name, 7) for name in names]
    assert sizes.further[0].tokens.target > 10 * tokens.target, "passages are longer than titles"
    needs = {n.stage: n for n in make_plan(profile, machine, tokens, sizes).needs}
    assert list(needs)[-3:] == ["measure", *(f"measure {name}" for name in names)]
    assert needs["measure newswire-long@2"].tokens == pytest.approx(
        7 * (sizes.further[0].tokens.prompt + sizes.further[0].tokens.target)
    )
    alone = make_plan(profile, machine, tokens, replace(sizes, further=()))
    assert [n.stage for n in alone.needs] == ["sft", "rl", "recovery", "measure"]
    assert alone.disk < make_plan(profile, machine, tokens, sizes).disk
    # A further task that does not fit is mended by the knobs of measuring.
    assert (
        main(["plan", "--gpus", "1", "--gpu-memory", "0.3", "--set", "rl.num_generations=2", "rl.prompts_per_step=2"])
        == 2
    )
    told = (
        "stage measure newswire-long@2 needs 0.5 GiB, and 0.3 of the GPU's 0.3 GiB can be used; set generate.batch_size"
    )
    assert told in capsys.readouterr().err


def test_a_vllm_engine_holds_its_share_of_each_gpu(capsys: pytest.CaptureFixture[str]) -> None:
    """Beside the weights and states of training, in place of the keys and values of transformers; a server's stands
    elsewhere."""
    sizes, tokens = Sizes(10000, 100000, 5000, 5000), Tokens(700, 130, 300, 512, 1024, False)

    def rl(*settings: str) -> dict[str, float]:
        return (
            make_plan(load_profile("paper-zh-th", ["rl.use_vllm=true", *settings]), Machine(8, 80.0), tokens, sizes)
            .needs[1]
            .memory
        )

    colocate, server = (
        rl("rl.vllm_gpu_memory_utilization=0.25"),
        rl("rl.vllm_mode=server", "rl.vllm_server_base_url=http://x:8000"),
    )
    assert colocate["vLLM engine"] == 20 * GIB
    assert server == {k: v for k, v in colocate.items() if k != "vLLM engine"}
    assert "keys and values" not in server
    tiny_share = rl("rl.vllm_gpu_memory_utilization=0.01")["vLLM engine"]
    assert tiny_share > 2 * known()["HuggingFaceTB/SmolLM3-3B"].parameters
    judged = rl("rl.reward=reranker-vllm", "rl.reward_options={gpu_memory_utilization = 0.5}")
    assert judged["reward model"] == 40 * GIB
    assert (
        main(
            [
                "plan",
                "--profile",
                "paper-zh-th",
                *ON_80,
                "--strategy",
                "fsdp",
                "--set",
                "rl.use_vllm=true",
                "rl.vllm_gpu_memory_utilization=0.9",
            ]
        )
        == 2
    )
    assert "set rl.vllm_gpu_memory_utilization=0.25" in capsys.readouterr().err


def test_spreading_the_weights_divides_them() -> None:
    """fsdp on eight GPUs: an eighth of weights, gradients and moments each."""
    cfg, shape = SFTSettings(), known()["HuggingFaceTB/SmolLM3-3B"]
    whole, spread = training_state(shape, cfg, 1), training_state(shape, cfg, 8)
    assert all(spread[k] == whole[k] / 8 for k in ("weights", "gradients", "optimiser"))


def test_more_gpus_never_take_longer_and_lora_never_more_memory() -> None:
    """Monotone where it must be."""
    sizes, tokens = Sizes(10000, 100000, 5000, 5000), Tokens(700, 130, 300, 512, 1024, False)
    profile = load_profile("paper-zh-th")
    plans = {n: make_plan(profile, Machine(n, 80.0), tokens, sizes) for n in (1, 4, 8)}
    for few, many in ((1, 4), (4, 8)):
        for a, b in zip(plans[few].needs, plans[many].needs, strict=True):
            assert b.hours <= a.hours
    lora = make_plan(
        load_profile("paper-zh-th", ["rl.lora_rank=16", "sft.lora_rank=16"]), Machine(8, 80.0), tokens, sizes
    )
    assert all(b.peak <= a.peak for a, b in zip(plans[8].needs, lora.needs, strict=True))
    assert head_bytes(plans[8].policy, 10**9) < 3 * GIB
