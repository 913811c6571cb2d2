"""What is no file where a file belongs: links, pipes, endless devices, folders."""

import os
from pathlib import Path

from tests.documents import EXPERIMENT
from tests.hostile.grounds import SECRET, Ground, Spoil

FILES = (
    "experiments/E/experiment_summary.md",
    "experiments/E/spec.yaml",
    "experiments/E/estimates.json",
    "experiments/E/plan.seal",
    "experiments/E/design-experiment.log",
    "experiments/E/results.csv",
    "experiments/E/cruijff_kit.yaml",
    "prior-runs.jsonl",
    "ckreg.toml",
    "ckreg.local.toml",
    "claude.local.md",
    ".gitattributes",
    ".gitignore",
    ".ckreg/cache.db",
    ".ckreg/cache.lock",
    ".ckreg/cache.db-journal",
    ".ckreg/lock",
    ".ckreg/lock.holder",
    ".ckreg/roots",
    ".ckreg/checked.json",
    ".ckreg/commit_hosts",
    ".ckreg/wizard.json",
)
FOLDERS = (
    "experiments",
    "experiments/E",
    ".ckreg",
    ".ckreg/spool",
    ".ckreg/spool/answers",
    ".ckreg/spool/refused",
)


def _cleared(ground: Ground, name: str) -> Path:
    path = ground.root / name.replace("/E/", f"/{EXPERIMENT}/").replace("/E", f"/{EXPERIMENT}")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir() and not path.is_symlink():
        path.rename(ground.outside / path.name)
    else:
        path.unlink(missing_ok=True)
    return path


def _linked(name: str) -> Spoil:
    def spoil(ground: Ground) -> None:
        path = _cleared(ground, name)
        target = ground.outside / path.name
        if name in FOLDERS:
            target.mkdir(exist_ok=True)
        else:
            target.write_text(f"{SECRET}\nline of {SECRET}: {SECRET}\n")
        path.symlink_to(target)

    return spoil


def _dangling(name: str) -> Spoil:
    def spoil(ground: Ground) -> None:
        _cleared(ground, name).symlink_to(ground.outside / "not" / "there")

    return spoil


def _piped(name: str) -> Spoil:
    def spoil(ground: Ground) -> None:
        os.mkfifo(_cleared(ground, name))

    return spoil


def _endless(name: str) -> Spoil:
    def spoil(ground: Ground) -> None:
        _cleared(ground, name).symlink_to("/dev/zero")

    return spoil


def _folder(name: str) -> Spoil:
    def spoil(ground: Ground) -> None:
        _cleared(ground, name).mkdir()

    return spoil


PLACES: dict[str, Spoil] = {f"{name} is a link out of the tree": _linked(name) for name in (*FILES, *FOLDERS)}
PLACES |= {f"{name} is a link to nothing": _dangling(name) for name in (*FILES, *FOLDERS)}
# git itself waits for ever for its own files where they are pipes; none comes with a clone.
GITS = {".gitattributes", ".gitignore"}
PLACES |= {f"{name} is a pipe": _piped(name) for name in (*FILES, *FOLDERS) if name not in GITS}
PLACES |= {f"{name} is an endless device": _endless(name) for name in FILES}
PLACES |= {f"{name} is a folder": _folder(name) for name in FILES}
