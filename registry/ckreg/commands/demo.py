"""`ckreg demo`: the whole story in a throw-away registry, played by the very command line."""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ckreg.adapters.demo_place import lay_out, tools
from ckreg.adapters.local import Local, state_folder
from ckreg.adapters.tree import Home
from ckreg.errors import OutsideError

PERSON = ("Ada Demo", "ada@example.org")
RUN = "Llama-mini-2M-Instruct_rank4"
QUERY = """\
SELECT model, lora_rank AS rank, batch_size AS batch, steps_done AS steps,
  round(seconds_per_step, 3) AS s_step, outcome
FROM measurements WHERE kind = 'finetune' ORDER BY model, rank"""

STATE = "state"

_WIDTH = 76
_PATIENCE = 120.0  # seconds; the jobs need about 10


@dataclass(frozen=True, slots=True)
class Scene:
    """What is told, and the command that is run after it, in `folder`; the last scene has none.

    `waits` is said of one that comes when the jobs are over.
    """

    telling: str
    words: tuple[str, ...] = ()
    folder: Path = Path()
    waits: bool = False

    @property
    def typed(self) -> str:
        """The command as one would type it, long ones over several lines."""
        return typed(self.words)


def demo(folder: Path | None, *, play: bool = True) -> Iterator[Scene]:
    """Play the demo in `folder` (empty or absent), else in a new temporary one, and leave it there.

    A scene is given before its command runs, which prints for itself. Without `play` the material is laid
    out, and that is all.

    Raises:
        UsageError: the folder has something in it.
        OutsideError: one of the commands failed.
    """
    place = lay_out(folder)
    for scene in _scenes(place) if play else _unplayed(place):
        if scene.waits:
            _wait_for_jobs(place)
        yield scene
        if scene.words:
            _run(scene, place)


def _laid_out(place: Path) -> str:
    return (
        f"A throw-away cluster lies in {place}: scratch/ has real job logs of earlier fine-tunes, "
        "data/ a dataset, evals/ an evaluation script, models/ two stand-in models."
    )


def _unplayed(place: Path) -> Iterator[Scene]:
    yield Scene(
        f"{_laid_out(place)} claude.local.md tells a registry of them, lora_comparison.yaml is an experiment "
        f"to plan:\n\n  cd {shlex.quote(str(place))}\n  ckreg init registry\n  mv claude.local.md registry/\n"
        "  cd registry\n  ckreg index\n  ckreg design --spec ../lora_comparison.yaml"
    )


def _scenes(place: Path) -> Iterator[Scene]:
    home = Home(place / "registry")
    yield Scene(
        f"{_laid_out(place)} The demo's commits are by {PERSON[0]} <{PERSON[1]}>; your git settings are not "
        "touched.\n\n"
        "First a registry: a git repository for experiments.",
        ("ckreg", "init", "registry"),
        place,
    )
    (place / "claude.local.md").rename(home.root / "claude.local.md")
    yield Scene(
        "Where models and job logs lie differs from person to person: claude.local.md in the registry says "
        "it, is not committed, and `ckreg config` shows what holds. Now the logs of prior runs are measured.",
        ("ckreg", "index"),
        home.root,
    )
    yield Scene(
        "An experiment is planned from a spec: runs, controls, evaluations; everything that it needs is "
        "looked for, and time and disk are estimated from those prior runs.",
        ("ckreg", "design", "--spec", "../lora_comparison.yaml", "--yes"),
        home.root,
    )
    (experiment,) = home.experiment_names()
    yield Scene(
        "The plan is a Markdown document that people edit too, so it can be checked.",
        ("ckreg", "check"),
        home.root,
    )
    yield from _jobs(home, experiment)
    yield Scene("Who is how far?", ("ckreg", "status", "show", experiment), home.root)
    yield Scene("Questions go to the cache in SQL, read-only.", ("ckreg", "query", QUERY), home.root)
    yield Scene("And all of it is in git.", ("git", "--no-pager", "log", "--oneline"), home.root)
    yield Scene(
        f"That was the main job. The registry stays in {home.root}; look at\n\n"
        f"  experiments/{experiment}/experiment_summary.md\n"
        f"  experiments/{experiment}/design-experiment.log\n\n"
        "there, change ../lora_comparison.yaml and design again, or make your own with `ckreg init`. "
        f"`rm -r {shlex.quote(str(place))}` removes it all."
    )


def _jobs(home: Home, experiment: str) -> Iterator[Scene]:
    yield Scene(
        "Each run gets its folder, with configs and job scripts for Slurm.",
        ("ckreg", "scaffold", experiment),
        home.root,
    )
    yield Scene(
        "Here they run without Slurm: --local makes them processes of this machine, in a queue. And without "
        "torchtune and inspect-ai: `tune` and `inspect` in tools/bin are stand-ins. The first prints what a "
        "real run of that model and rank once printed, at its pace, the second no score. One run is enough "
        "for now; its evaluations wait for its training.",
        ("ckreg", "submit", experiment, RUN, "--local", "--yes"),
        home.root,
    )
    sync = ("ckreg", "status", "sync", experiment)
    yield Scene("How is it going?", sync, home.root)
    yield Scene(
        "A few seconds later the jobs are over. The status is taken from the queue, as it would be from "
        "Slurm's sacct, and the estimate is held against the time that it took.",
        sync,
        home.root,
        waits=True,
    )


def _wait_for_jobs(place: Path) -> None:
    queue = Local(state_folder(place / STATE))
    end = time.monotonic() + _PATIENCE
    while queue.in_queue():
        if time.monotonic() >= end:
            raise OutsideError(f"The demo's jobs do not end. What it made stays in {place}.")
        time.sleep(0.1)


def typed(words: Sequence[str]) -> str:
    """A command line that can be pasted into a shell; cut between words where it is long."""
    lines = [""]
    for word in map(shlex.quote, words):
        first = word.partition("\n")[0]
        if lines[-1] and len(lines[-1]) + len(first) >= _WIDTH:
            lines.append("    ")
        lines[-1] += word if not lines[-1].strip() else f" {word}"
    return " \\\n".join(lines)


def _run(scene: Scene, place: Path) -> None:
    program = [sys.executable, "-m", "ckreg"] if scene.words[0] == "ckreg" else [scene.words[0]]
    sys.stdout.flush()
    done = subprocess.run(
        [*program, *scene.words[1:]],
        check=False,
        cwd=scene.folder,
        env=_environment(os.environ, place),
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise OutsideError(
            f"`{' '.join(scene.words[:3])}` ended with exit code {done.returncode}. "
            f"What the demo made stays in {scene.folder}."
        )


def _environment(inherited: Mapping[str, str], place: Path) -> dict[str, str]:
    """The environment without what would lead to the person's own registry, paths, jobs or identity."""
    kept = {
        name: value
        for name, value in inherited.items()
        if not name.startswith(("GIT_", "CKREG_")) or name in ("CKREG_NOW", "GIT_CONFIG_NOSYSTEM")
    }
    name, email = PERSON
    return kept | {
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": email,
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": email,
        # No file of this name: the person's own ~/.config/ckreg would beat the demo's paths.
        "XDG_CONFIG_HOME": os.devnull,
        "XDG_STATE_HOME": str(place / STATE),
        "PATH": f"{tools(place)}{os.pathsep}{inherited.get('PATH', os.defpath)}",
    }
