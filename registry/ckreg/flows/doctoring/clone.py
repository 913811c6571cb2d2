"""The clone: what was left in `.ckreg/` and in git's folder, hooks, merge driver, cache, sharing."""

import os
import re
import shlex
import shutil
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from ckreg.adapters.cache.soundness import cache_fault
from ckreg.adapters.config import CLAUDE_MD, LOCAL_TOML
from ckreg.adapters.git.asking import (
    attribute,
    common_folder,
    git_config,
    git_runs_in,
    index_lock_age,
    is_detached,
    tracked_paths,
)
from ckreg.adapters.sharing import file_age, folders_of, leftovers, umask
from ckreg.adapters.spool import pending
from ckreg.adapters.stubs import STUBS, installed_stub, interpreter_of
from ckreg.adapters.tree import EXPERIMENTS, SUMMARY
from ckreg.adapters.tree.breaking import held_lock
from ckreg.core.health import Finding, setup, sharing
from ckreg.core.health import clone as rules
from ckreg.core.health.holder import holder
from ckreg.flows.caching import cache_path
from ckreg.flows.doctoring.patient import Clone
from ckreg.flows.mending import find

_INTERPRETER = re.compile(r"p=((?:'[^']*'|[^;'\s])+);")  # as the driver begins


def tracked(at: Clone) -> Iterator[Finding]:
    """Files that should not be in git."""
    yield rules.tracked(tracked_paths(at.repo, ".ckreg", LOCAL_TOML, CLAUDE_MD))


def git_state(at: Clone) -> Iterator[Finding]:
    """Whether git is free to commit."""
    age = index_lock_age(at.repo)
    yield rules.index_lock(age, None if age is None else git_runs_in(at.repo))
    yield rules.under_way(at.repo.under_way(), is_detached(at.repo))


def merges(at: Clone) -> Iterator[Finding]:
    """What merges left in documents that were made without ckreg's driver."""
    yield from rules.merges(
        [(f"{fault.path}:{fault.line}: {fault.message}", fault.remedy) for fault in find(at.home)]
    )


def lock(at: Clone) -> Iterator[Finding]:
    """Who holds the registry's lock."""
    held = held_lock(at.home)
    yield holder(held.holder if held else None, held.life if held else None, datetime.now(UTC))


def waiting(at: Clone) -> Iterator[Finding]:
    """The spool, what was refused, and what killed processes left."""
    now = time.time()
    ages, refused = ([now - written for written in times] for times in pending(at.home))
    yield rules.spool(ages)
    yield rules.refused(refused)
    yield rules.leftovers(leftovers(at.home))
    yield rules.unfinished(file_age(at.home.state / "intent.json"))


def hooks(at: Clone) -> Iterator[Finding]:
    """Our hooks, and the interpreter that they name."""
    folder = at.repo.hooks_folder()
    ours = {name: installed_stub(folder, name) for name in STUBS}
    yield setup.hooks({name: hook is not None for name, hook in ours.items()}, _runs(ours.values()))


def _runs(stubs: Iterable[Path | None]) -> bool:
    """Whether the interpreters that the stubs name are there and may be run."""
    return all(os.access(interpreter_of(stub), os.X_OK) for stub in stubs if stub)


def merge_driver(at: Clone) -> Iterator[Finding]:
    """The driver that merges documents."""
    sent = attribute(at.repo, "merge", f"{EXPERIMENTS}/any/{SUMMARY}") == "ckreg"
    driver = git_config(at.home.root, "merge.ckreg.driver")
    yield setup.merge_driver(sent, driver, _can_run(driver or ""))


def _can_run(driver: str) -> bool:
    """Whether the interpreter that the driver names is there, or a ckreg on PATH."""
    named = _INTERPRETER.match(driver)
    words = shlex.split(named[1]) if named else []
    return any(os.access(word, os.X_OK) for word in words) or shutil.which("ckreg") is not None


def cache(at: Clone) -> Iterator[Finding]:
    """The cache, as it lies."""
    path = cache_path(at.home)
    yield rules.cache(cache_fault(path), path.exists())


def shared(at: Clone) -> Iterator[Finding]:
    """Whether all of a group can work in the clone, and nobody else."""
    group = sharing.is_shared(git_config(at.home.root, "core.sharedRepository"))
    yield sharing.modes(group, folders_of(at.home, common_folder(at.repo)))
    yield sharing.umask(umask(), group)
