"""The texts of a corpus from the hub, when it is asked for (--download) and the corpus has a place there."""

from __future__ import annotations

from pathlib import Path

from benchmark.tasks.spec import TaskFile
from metrics.errors import UserError, first_line
from metrics.hub import SECONDS, unreachable
from metrics.terminal import say


def fetch(spec: TaskFile, data_dir: str | None, by_hand: str) -> Path:
    """Downloads the files of a task below the data folder; returns where they lie. Told on stderr: repository, commit.
    by_hand: how to get them without the hub, for the message.

    Raises UserError, one message with the way by hand, where the corpus is not on the hub, no folder is named, the hub
    cannot be asked, or it does not let this user in (some data sets want their terms accepted first).
    """
    if spec.hub is None:
        raise UserError(f"--download: task {spec.name} has no place on the hub; {by_hand}")
    if data_dir is None:
        raise UserError(f"--download: name the folder that the texts are to lie in, by --data DIR; or {by_hand}")
    reason = unreachable()
    if reason is not None:
        raise UserError(f"--download: {spec.hub.repo} cannot be had ({reason}); {by_hand}")
    from huggingface_hub import HfApi, hf_hub_download

    folder = Path(data_dir).expanduser() / spec.hub.folder
    try:
        commit = HfApi().dataset_info(spec.hub.repo, revision=spec.hub.revision, timeout=SECONDS).sha
        for name in spec.hub.files:
            hf_hub_download(
                spec.hub.repo, name, repo_type="dataset", revision=commit or spec.hub.revision, local_dir=folder
            )
    except Exception as error:  # the client raises many kinds; each means that the files cannot be had
        raise UserError(
            f"--download: {spec.hub.repo} does not give its files ({first_line(error)}); it may want its terms "
            f"accepted at https://huggingface.co/datasets/{spec.hub.repo} and HF_TOKEN set; or {by_hand}"
        ) from None
    say(f"{spec.name}: {', '.join(spec.hub.files)} of {spec.hub.repo} at {commit} -> {folder}", err=True)
    return folder
