"""A registry's folder: where it is and what lies where in it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ckreg.errors import NotFoundError

SETTINGS = "ckreg.toml"
EXPERIMENTS = "experiments"
SUMMARY = "experiment_summary.md"
PRIOR_RUNS = "prior-runs.jsonl"


@dataclass(frozen=True, slots=True)
class Home:
    """A registry's folder: `root` holds `ckreg.toml`, `experiments/` and the uncommitted `.ckreg/`."""

    root: Path

    @property
    def state(self) -> Path:
        """`.ckreg/`: cache, spool, lock; never committed."""
        return self.root / ".ckreg"

    @property
    def experiments(self) -> Path:
        """`experiments/`, which holds one folder an experiment."""
        return self.root / EXPERIMENTS

    def summary(self, experiment: str) -> Path:
        """The path of an experiment's document."""
        return Path(self.root, EXPERIMENTS, experiment, SUMMARY)

    def experiment_names(self) -> list[str]:
        """The names of all experiments, sorted; a folder without a document is not one."""
        try:
            names = os.listdir(self.experiments)  # noqa: PTH208  # plain strings: a third of Path's time
        except OSError:
            return []
        return sorted(name for name in names if os.path.exists(f"{self.root}/{EXPERIMENTS}/{name}/{SUMMARY}"))  # noqa: PTH110

    def experiment(self, word: str) -> str:
        """The name of the experiment that a person means: its whole name, or a beginning that fits one only.

        Raises:
            NotFoundError: none or several fit.
        """
        return the_experiment(self.experiment_names(), word, str(self.root))


def the_experiment(names: Sequence[str], word: str, place: str) -> str:
    """The one of the names that a person means: a whole name, or a beginning that fits one only.

    Raises:
        NotFoundError: none or several fit; the message says where, `place`.
    """
    word = word.rstrip("/").removeprefix(f"{EXPERIMENTS}/")
    fitting = [name for name in names if name == word] or [name for name in names if name.startswith(word)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise NotFoundError(
            f"{word!r} fits {len(fitting)} experiments: {', '.join(fitting[:5])}. Say more of it."
        )
    from difflib import get_close_matches  # noqa: PLC0415  # only for somebody's typing error

    near = get_close_matches(word, names, n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]}?" if near else "`ckreg list` shows them."
    raise NotFoundError(f"{place} has no experiment {word!r}. {hint}")


def find_home(start: Path) -> Home:
    """The registry that `start` lies in: the nearest folder upwards with a `ckreg.toml`.

    Raises:
        NotFoundError: there is none.
    """
    start = start.absolute()
    for folder in (start, *start.parents):
        if (folder / SETTINGS).is_file():
            return Home(folder)
    raise NotFoundError(
        f"{start} is in no registry (no {SETTINGS} here or above). Run `ckreg init` to make one, "
        f"or name one with `ckreg -C DIR`."
    )
