"""What `ckreg seal --json` prints."""

from typing import TypedDict

from ckreg.flows.sealing import Sealed


class Answer(TypedDict):
    """The seal: the plan's hash and that of its estimates; `changed` says that it is new."""

    experiment: str
    hash: str
    estimates: str | None
    changed: bool
    commit: str | None


def sealed(done: Sealed) -> Answer:
    """The answer of `ckreg seal`."""
    return {
        "experiment": done.experiment,
        "hash": done.seal.hash,
        "estimates": done.seal.estimates,
        "changed": done.commit is not None,
        "commit": done.commit,
    }
