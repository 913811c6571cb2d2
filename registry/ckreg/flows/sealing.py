"""Seals a plan: `plan.seal` beside its document, made of what is committed, in a commit."""

from collections.abc import Mapping
from dataclasses import dataclass

from ckreg.adapters.git import Change, Texts, commit_change, require_identity
from ckreg.adapters.tree import EXPERIMENTS, SUMMARY, Home
from ckreg.core.seal import SEAL, Seal, broken, read_seal, seal_of, seal_plan
from ckreg.core.shown.changes import Lines, told
from ckreg.core.summary import parse
from ckreg.errors import CkregError, NotFoundError, RefusedError
from ckreg.flows.committing import changing

ESTIMATES = "estimates.json"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A seal as it is committed; `commit` is None where it was there already, or only looked at.

    `unfinished` says that the document in the folder has another plan, which is not sealed.
    """

    experiment: str
    seal: Seal
    before: str | None
    commit: str | None
    unfinished: bool


def document_path(experiment: str) -> str:
    """The document, relative to the registry."""
    return f"{EXPERIMENTS}/{experiment}/{SUMMARY}"


def seal_path(experiment: str) -> str:
    """The seal, relative to the registry."""
    return f"{EXPERIMENTS}/{experiment}/{SEAL}"


def estimates_path(experiment: str) -> str:
    """The estimates, relative to the registry."""
    return f"{EXPERIMENTS}/{experiment}/{ESTIMATES}"


def seal_experiment(home: Home, experiment: str, *, dry_run: bool = False) -> Sealed:
    """Seal the plan that is committed, and commit the seal; one that is there and fits is left alone.

    Raises:
        RefusedError: the plan is sealed already and was changed since; the message says what and where.
        MalformedError: the document shows no plan, or the seal is none.
        NotFoundError: the document is not committed.
    """
    if not dry_run:
        require_identity(home.root)
    document, seal_file = document_path(experiment), seal_path(experiment)
    paths = [document, seal_file, estimates_path(experiment)]
    found: list[tuple[Seal, str | None, bool]] = []

    def plan(old: Mapping[str, Texts]) -> Change:
        seal = seal_texts(old, experiment)
        before = old[seal_file].committed
        if before is not None:
            _refuse_changed(read_seal(before, seal_file), seal, old, experiment)
        unfinished = _is_unfinished(old[document], seal)
        found[:] = [(seal, before, unfinished)]
        if dry_run or before is not None:
            return Change(old, "")
        return Change({**old, seal_file: Texts(seal.text, seal.text, seal.text)}, _message(experiment, seal))

    with changing(home) as repo:
        commit = commit_change(repo, paths, plan)
    [(seal, before, unfinished)] = found
    return Sealed(experiment, seal, before, commit, unfinished)


def first_seal(texts: Mapping[str, Texts], experiment: str) -> Seal | None:
    """The seal for a commit in which the first run leaves `pending`; None where one is committed.

    Raises:
        CkregError: the document shows no plan that could be sealed.
    """
    return None if texts[seal_path(experiment)].committed is not None else seal_texts(texts, experiment)


def seal_texts(texts: Mapping[str, Texts], experiment: str) -> Seal:
    """The seal of an experiment's committed texts.

    Raises:
        NotFoundError: the document is not committed.
        MalformedError: it shows no plan.
    """
    where = document_path(experiment)
    committed = texts[where].committed
    if committed is None:
        raise NotFoundError(f"{where} is not committed. `git add` and `git commit` it, then try again.")
    return seal_of(committed, texts[estimates_path(experiment)].committed, where)


def _refuse_changed(old: Seal, new: Seal, texts: Mapping[str, Texts], experiment: str) -> None:
    if (old.hash, old.estimates) == (new.hash, new.estimates):
        return
    where = document_path(experiment)
    summary = parse(texts[where].committed or "")
    changed = broken(old, summary)
    what = told(changed, Lines(summary), where) or f"{estimates_path(experiment)} was changed"
    raise RefusedError(
        f"{what}. The plan is sealed: `ckreg amend {experiment} --reason TEXT` records why it changes and "
        f"seals it again."
    )


def _is_unfinished(document: Texts, seal: Seal) -> bool:
    if document.working is None or document.working == document.committed:
        return False
    try:
        return seal_plan(parse(document.working), seal.estimates, "").hash != seal.hash
    except CkregError:
        return True


def _message(experiment: str, seal: Seal) -> str:
    runs = seal.plan["runs"]
    number = len(runs) if isinstance(runs, Mapping) else 0
    return f"seal: {experiment} ({number} runs)\n\n{trailer(seal)}\n"


def trailer(seal: Seal) -> str:
    """The line of the commit's message that names the seal."""
    return f"Ckreg-Seal: {seal.hash}"
