"""All checks, in the order in which people read them."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from ckreg.adapters.git import open_repo
from ckreg.adapters.git.asking import git_version, why_not
from ckreg.adapters.tree import find_home
from ckreg.core.health import Finding, sharing, wrong
from ckreg.errors import CkregError, NotFoundError
from ckreg.flows.doctoring import clone, machine, mount
from ckreg.flows.doctoring.patient import Clone, Patient

OfMachine = Callable[[Patient], Iterable[Finding]]
OfClone = Callable[[Clone], Iterable[Finding]]

# A new check is a rule in core/health, a function that gathers its facts, and a line here.
MACHINE: tuple[OfMachine, ...] = (machine.python, machine.git, machine.slurm, machine.settings)
CLONE: tuple[OfClone, ...] = (
    mount.filesystem,
    mount.behaviour,
    clone.lock,
    clone.waiting,
    clone.git_state,
    clone.tracked,
    clone.hooks,
    clone.merge_driver,
    clone.merges,
    clone.shared,
    clone.cache,
)


def examine(start: Path) -> Iterator[Finding]:
    """Look over the machine, and the registry that `start` lies in, if any."""
    patient = _patient(start)
    for check in MACHINE:
        yield from _safely(check.__name__, lambda check=check: check(patient))  # type: ignore[misc]  # bound now
    if patient.home is None or git_version() is None:
        return
    refused = why_not(patient.home.root)
    yield sharing.ownership(refused, str(patient.home.root))
    if refused:
        return
    at = Clone(patient.home, open_repo(patient.home.root))
    for of_clone in CLONE:
        yield from _safely(of_clone.__name__, lambda check=of_clone: check(at))  # type: ignore[misc]  # see above


def _patient(start: Path) -> Patient:
    try:
        return Patient(start, find_home(start))
    except NotFoundError:
        return Patient(start)


def _safely(name: str, check: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """What a check finds; one that cannot be done is a finding too, and the others go on."""
    try:
        yield from check()
    except CkregError as error:
        yield wrong(name.replace("_", " "), str(error), "")
    except OSError as error:
        shown = f"{error.filename or 'The check'}: {error.strerror or error}."
        yield wrong(name.replace("_", " "), shown, "Look at its owner and mode (`ls -ld`).")
