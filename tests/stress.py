"""Many processes that set statuses, some killed, and a person who commits by hand: `python -m tests.stress`.

Workers are forked from a process that has imported ckreg already. Each update that was acknowledged is a line
in the file `acknowledged` (its evidence, which is unique), written after the call came back.
"""

import argparse
import contextlib
import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from ckreg.adapters.tree import Home
from ckreg.cli.main import main as ckreg_main
from ckreg.commands.status_set import Wish, status_set
from ckreg.core.status import Source, Status

ACKNOWLEDGED = "acknowledged"
STEPS = (Status.RUNNING, None, Status.FAILED, Status.RUNNING, Status.COMPLETED)
ROWS = (("L1B_rank4", None, None), ("L1B_rank64", None, None), ("L1B_rank4", "cap", "0"))
MORE_ROWS = (("L1B_rank4", "cap", "1"), ("L1B_rank64", "cap", "best"))
_TIMEOUT_SECONDS = 300.0


class Play(NamedTuple):
    """Who plays: workers over experiments, how many of their updates, and the round."""

    root: Path
    experiments: int
    workers: int
    updates: int
    round: int


def experiment(number: int) -> str:
    """The name of an experiment."""
    return f"exp{number:02d}"


def update(play: Play, worker: int, step: int) -> None:
    """One update of a worker's own row; a line in `acknowledged` once it is in a commit."""
    run, task, epoch = (*ROWS, *MORE_ROWS)[worker // play.experiments % 5]
    evidence = f"round {play.round} worker {worker} update {step}"
    name = experiment(worker % play.experiments)
    status = STEPS[step % len(STEPS)]
    if worker % 10 == 0:  # some by the command line, every other in a process of its own
        words = ["status", "set", name, run, "--note", evidence, "--evidence", evidence]
        words += ["--by", "job", "--force"] + ([] if status is None else ["--status", str(status)])
        words += [] if task is None or epoch is None else ["--task", task, "--epoch", epoch]
        words = ["-C", str(play.root), *words]
        alone = worker % 20 == 0
        changed = (
            subprocess.call([sys.executable, "-m", "ckreg", *words]) if alone else ckreg_main(words)
        ) == 0
    else:
        wish = Wish(
            run=run,
            task=task,
            epoch=epoch,
            status=status,
            note=evidence,
            evidence=evidence,
            by=Source.JOB,
            forced=True,  # a second round begins with what the first completed
        )
        done = status_set(Home(play.root), name, wish, timeout_seconds=_TIMEOUT_SECONDS)
        changed = done.commit is not None
    if not changed:
        raise AssertionError(evidence)
    acknowledge(play.root, evidence)


def acknowledge(root: Path, evidence: str) -> None:
    """Add a line, in one write, so that a kill leaves a whole one or none."""
    handle = os.open(root.parent / ACKNOWLEDGED, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, f"{evidence}\n".encode())
    os.close(handle)


def forked(work: Callable[[], None]) -> int:
    """The id of a process that does this work and ends with 0, or with 1 and a traceback."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        work()
        code = 0
    except BaseException:  # noqa: BLE001  # it must not go on as a second driver
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def played(play: Play, chance: random.Random) -> int:
    """Run all workers to their end, some killed at any moment and continued by another; how many failed."""
    steps = [iter(range(play.updates)) for _ in range(play.workers)]

    def begin(worker: int) -> int:
        def work() -> None:
            for step in left:
                update(play, worker, step)

        left = list(steps[worker])
        steps[worker] = iter(left[chance.randrange(len(left)) + 1 :] if left else [])
        return forked(work)

    running = {begin(worker): worker for worker in range(play.workers)}
    to_kill = play.workers // 2
    failed = 0
    while running:
        if to_kill and chance.random() < 0.5:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(list(running)), signal.SIGKILL)
            to_kill -= 1
        process, status = os.waitpid(-1, os.WNOHANG)
        if not process:
            time.sleep(chance.random() * 0.05)
            continue
        worker = running.pop(process, None)
        if worker is None:
            continue
        if os.WIFSIGNALED(status):
            running[begin(worker)] = worker
        else:
            failed += os.WEXITSTATUS(status) != 0
    return failed


def person(root: Path, experiments: int, chance: random.Random) -> None:
    """Edit rows and prose by hand, stage some of it, and commit now and then, until somebody ends it."""
    for number in itertools.count():
        document = Home(root).summary(experiment(chance.randrange(experiments)))
        if chance.random() < 0.5:
            with document.open(
                "r+b"
            ) as file:  # in place: an editor's whole file would undo what came meanwhile
                place = file.read().find(b"Base model")
                if place >= 0:
                    file.seek(place)
                    file.write(b"BASE MODEL")
        else:
            with document.open("ab") as file:
                file.write(f"\nBy hand {number}.\n".encode())
        words = chance.choice((["add", str(document)], ["commit", "-qam", f"by hand {number}"], ["status"]))
        subprocess.run(["git", *words], cwd=root, capture_output=True, check=False)
        time.sleep(chance.uniform(0.5, 3))


@contextlib.contextmanager
def beside(work: Callable[[], None]) -> Iterator[None]:
    """Somebody who does this work as long as the block lasts."""
    process = forked(work)
    try:
        yield
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def main() -> int:
    """Play as many rounds as fit into the time, at least one."""
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("--experiments", type=int, default=20)
    parser.add_argument("--workers", type=int, default=100)
    parser.add_argument("--updates", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--seed", type=int, default=0)
    words = parser.parse_args()
    chance = random.Random(words.seed)  # noqa: S311  # chance, not secrets
    until = time.monotonic() + words.seconds
    failed = 0
    hand = random.Random(words.seed + 1)  # noqa: S311  # as above
    with beside(lambda: person(words.root, words.experiments, hand)):
        for number in itertools.count():
            play = Play(words.root, words.experiments, words.workers, words.updates, number)
            failed += played(play, chance)
            if time.monotonic() >= until:
                break
    return failed


if __name__ == "__main__":
    sys.exit(min(main(), 100))
