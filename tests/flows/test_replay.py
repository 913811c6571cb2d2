"""Whatever people and ckreg do, the events replayed give the tables, read bit by bit or at once."""

import json
import random
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ckreg.adapters.cache import Cache, open_cache
from ckreg.adapters.tree import Home
from ckreg.core.hand_edits import statuses
from ckreg.flows.reading_history import refresh_history
from tests.documents import EXPERIMENT, SUMMARY

Git = Callable[..., str]
DOCUMENT = f"experiments/{EXPERIMENT}/experiment_summary.md"
STATUSES = ("pending", "running", "completed", "failed")
ROWS = ("| L1B_rank4 |", "| L1B_rank64 |", "| L1B_rank4 | cap | 0 |", "| L1B_base | cap | - |")
STEPS = 20


class Person:
    """Does one of the things that happen to a registry, by chance."""

    def __init__(self, home: Home, git: Git, chance: random.Random) -> None:
        self.home, self.git, self.chance = home, git, chance
        self.number = 0

    def act(self) -> None:
        """One step."""
        self.chance.choice([self.tell, self.tell, self.edit, self.amend, self.back, self.squash, self.note])()

    def change(self) -> dict[str, str | None]:
        """Another status in one row of the file; what a trailer would say of it."""
        row, new = self.chance.choice(ROWS), self.chance.choice(STATUSES)
        document = self.home.root / DOCUMENT
        text = document.read_text()
        start = text.rindex(f"\n{row}") + 1 + len(row)
        if "cap" not in row:
            start = text.index(f"\n{row}", text.index("### Fine-tuning")) + 1 + len(row)
        end = text.index("|", start)
        old = text[start:end].strip()
        document.write_text(f"{text[:start]} {new} {text[end:]}")
        cells = [cell.strip() for cell in row.strip("| ").split("|")]
        task, epoch = (cells[1], None if cells[2] == "-" else cells[2]) if len(cells) > 1 else (None, None)
        return {
            "experiment": EXPERIMENT,
            "run": cells[0],
            "task": task,
            "epoch": epoch,
            "from": old,
            "to": new,
        }

    def tell(self) -> None:
        """As ckreg does it: sometimes several rows in one commit."""
        told = [self.change() for _ in range(self.chance.choice([1, 1, 3]))]
        self.number += len(told)
        more = {"at": "2025-10-22T10:00:00+00:00"}
        trailers = [
            f"Ckreg-Status: {json.dumps(one | more | {'id': f'{self.number}.{place}'})}"
            for place, one in enumerate(told)
        ]
        self.commit("status: x\n\n" + "\n".join(trailers))

    def edit(self) -> None:
        """By hand, without a trailer."""
        self.change()
        self.commit("mine")

    def note(self) -> None:
        """A commit that has nothing to do with it."""
        self.git(self.home.root, "commit", "-q", "--allow-empty", "-m", "note")

    def amend(self) -> None:
        """Another status goes into the last commit, hours later."""
        self.change()
        words = ("--amend", "--no-edit", "--allow-empty", "--date=2025-10-20T10:00:00+00:00")
        self.git(self.home.root, "commit", "-qa", *words)

    def back(self) -> None:
        """History is thrown away."""
        commits = int(self.git(self.home.root, "rev-list", "--count", "HEAD"))
        self.git(
            self.home.root, "reset", "-q", "--hard", f"HEAD~{min(self.chance.randrange(3), commits - 2)}"
        )

    def squash(self) -> None:
        """Two changes on a branch become one commit without their trailers."""
        self.git(self.home.root, "switch", "-qC", "side")
        self.tell()
        self.tell()
        self.git(self.home.root, "switch", "-q", "main")
        self.git(self.home.root, "merge", "-q", "--squash", "side")
        self.commit("squashed")

    def commit(self, message: str) -> None:
        self.git(self.home.root, "commit", "-qa", "--allow-empty", "-m", message)


@pytest.fixture
def cache(home: Home) -> Iterator[Cache]:
    with open_cache(home.state / "cache.db") as opened:
        yield opened


@pytest.mark.parametrize("seed", range(3))
def test_events_replayed_give_the_tables(
    home: Home, git: Git, cache: Cache, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  # the same steps each time
    person = Person(home, git, chance)
    for _ in range(STEPS):
        person.act()
        if chance.random() < 0.5:
            refresh_history(cache, home)
    refresh_history(cache, home)
    replayed = {key: cells.status for key, cells in statuses(SUMMARY).items()}
    for row in cache.rows("SELECT run, task, epoch, to_status FROM status_history ORDER BY place"):
        replayed[row["run"], row["task"], row["epoch"]] = row["to_status"]  # type: ignore[index,assignment]
    committed = subprocess.run(
        ["git", "show", f"HEAD:{DOCUMENT}"], cwd=home.root, capture_output=True, text=True, check=True
    ).stdout
    assert replayed == {key: cells.status for key, cells in statuses(committed).items()}
    with open_cache(tmp_path / "at-once.db") as other:
        refresh_history(other, home)
        for sql in (
            "SELECT commit_id, number, id, run FROM status_events",
            "SELECT commit_id, kind FROM commits",
        ):
            assert sorted(map(str, cache.rows(sql))) == sorted(map(str, other.rows(sql)))
