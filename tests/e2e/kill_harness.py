"""A smoke run killed again and again at random moments: kill_harness.py FOLDER KILLS SEED. Exit 0 when it ends as a run
in one go does.

The libraries are imported once and every attempt is a fork, so that the kills fall into the work and not into the
imports. Most are SIGKILL, some SIGTERM. Where a run ends before all kills are spent, another one is begun. Then a few
finished files are damaged, and the same command has to bring the same bytes again.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import shutil
import signal
import sys
import time
from collections import Counter
from pathlib import Path

SMALL = """
data.n_para=8 data.n_src=4 data.n_dev=4 data.n_test=6 run.trackers=[] rl.max_steps=2 rl.validate_pairs=1
rl.probe_examples=2 rl.max_completion_length=24 score.bootstrap_draws=100 score.scorers.comet_qe=null
score.retrieval=null report.examples=2 sft.batch_size=4 recovery.batch_size=4 run.beside=false
"""
"""One process: after a kill the next attempt begins at once, when a second one may still hold the directory."""
SLOWEST = 600.0
"""Seconds after which an attempt that nobody kills is taken for hung."""
VOLATILE = re.compile(r"manifest\.json|report\.html|\.lock|logs/run\.log|steps/.*\.json|config_hash")
"""Files that hold times, or words of the call."""
LEFT_OVER = re.compile(r"\.(tmp|partial|old|work|part\d*)$")


def preload() -> None:
    """What a run imports, before the first fork. Nothing is computed here: threads would not survive a fork."""
    import accelerate  # noqa: F401
    import datasets  # noqa: F401
    import matplotlib.pyplot  # noqa: F401
    import pandas  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import scipy.stats  # noqa: F401
    import torch
    import trl
    from transformers import AutoModelForCausalLM, AutoTokenizer, Qwen3ForCausalLM, SmolLM3ForCausalLM  # noqa: F401

    import training.shared.callbacks  # noqa: F401

    torch.set_num_threads(1)
    trl.GRPOTrainer, trl.SFTTrainer  # noqa: B018 - imported on first use


def begin(run_dir: Path, log: Path) -> int:
    """A child that runs the command; its process id."""
    pid = os.fork()
    if pid:
        return pid
    stream = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(stream, 1)
    os.dup2(stream, 2)
    from benchmark.cli import main

    code = 1
    try:
        code = main(["run", "--profile", "smoke", "--stage", "all", "--run-dir", str(run_dir), "--set", *SMALL.split()])
    except SystemExit as left:
        code = int(left.code or 0)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def attempt(run_dir: Path, log: Path, seconds: float | None, how: int = signal.SIGKILL) -> int:
    """Runs the command, killed after `seconds` where some are given; the exit status, negative for a signal."""
    pid, end = begin(run_dir, log), time.monotonic() + (seconds or SLOWEST)
    sent = False
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > end and not sent:
            os.kill(pid, how if seconds else signal.SIGKILL)
            sent = True
        time.sleep(0.01)


def files(run_dir: Path) -> dict[str, str]:
    """Relative name -> sha256 of all that has to be equal."""
    found = {p.relative_to(run_dir).as_posix(): p for p in run_dir.rglob("*") if p.is_file()}
    return {
        name: hashlib.sha256(p.read_bytes()).hexdigest()
        for name, p in sorted(found.items())
        if not VOLATILE.fullmatch(name)
    }


def damage(run_dir: Path) -> list[str]:
    """Breaks what the issue named: a config cut short, two tokens swapped, a log, a text, a score."""
    stages = run_dir / "checkpoints"
    config = stages / "post-recovery" / "config.json"
    config.write_bytes(config.read_bytes()[:40])
    tokenizer = stages / "post-sft-continued" / "tokenizer.json"
    tokenizer.write_bytes(tokenizer.read_bytes()[::-1])
    log = run_dir / "logs" / "rl_rewards.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"raw": 0', b'"raw": 1', 1))
    texts = next((run_dir / "generations").glob("*/base.jsonl"))
    texts.write_bytes(texts.read_bytes()[:-9])
    (run_dir / "scores.parquet").unlink()
    return [p.relative_to(run_dir).as_posix() for p in (config, tokenizer, log, texts)] + ["scores.parquet"]


def same(run_dir: Path, wanted: dict[str, str], log: Path, what: str) -> None:
    """Exits with what differs, and the end of the log."""
    found = files(run_dir)
    other = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    left = sorted(str(p) for p in run_dir.rglob("*") if LEFT_OVER.search(p.name))
    if other or left:
        sys.exit(f"{what}: other files {other}, left over {left}\n{log.read_text('utf-8', 'replace')[-4000:]}")


def harness(folder: Path, kills: int, seed: int) -> None:
    """The whole of it; exits with a message where something is not as it should be."""
    preload()
    whole, log = folder / "whole", folder / "log.txt"
    start = time.monotonic()
    if attempt(whole, log, None) != 0:
        sys.exit(f"the run in one go failed\n{log.read_text('utf-8', 'replace')[-4000:]}")
    length, wanted = time.monotonic() - start, files(whole)
    rng, run_dir, told = random.Random(seed), folder / "killed", Counter[int]()
    left = kills
    while left:
        how = signal.SIGTERM if rng.random() < 0.2 else signal.SIGKILL
        status = attempt(run_dir, log, rng.uniform(0.1, 2.4 * length / min(kills, 10)), how)
        told[status] += 1
        if status == 0:
            same(run_dir, wanted, log, f"after {kills - left} kills")
            shutil.rmtree(run_dir)
        elif status in (-signal.SIGKILL, -signal.SIGTERM, 143):
            left -= 1
        else:
            sys.exit(f"exit status {status} after {kills - left} kills\n{log.read_text('utf-8', 'replace')[-4000:]}")
    if attempt(run_dir, log, None) != 0:
        sys.exit(f"the killed run does not end\n{log.read_text('utf-8', 'replace')[-4000:]}")
    same(run_dir, wanted, log, f"after {kills} kills")
    broken = damage(run_dir)
    before = log.stat().st_size
    if attempt(run_dir, log, None) != 0:
        sys.exit(f"the damaged run does not end\n{log.read_text('utf-8', 'replace')[-4000:]}")
    said = log.read_bytes()[before:].decode("utf-8", "replace")
    if silent := [name for name in broken if not re.search(re.escape(name) + r".* made again", said)]:
        sys.exit(f"damage of {silent} was not told\n{said[-4000:]}")
    same(run_dir, wanted, log, "after damage")
    print(
        json.dumps(
            {
                "kills": kills,
                "seed": seed,
                "one run": round(length, 1),
                "seconds": round(time.monotonic() - start, 1),
                "ends": dict(told),
            }
        )
    )


if __name__ == "__main__":
    harness(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
