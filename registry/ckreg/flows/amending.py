"""Changes a plan that lives: through its spec, or as a person wrote it into the document; seals it again."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from ckreg.adapters import assets, clock
from ckreg.adapters.git import Change, Texts, commit_change, open_repo, read_texts, require_identity
from ckreg.adapters.tree import EXPERIMENTS, Home
from ckreg.core import journal
from ckreg.core.amending import amended
from ckreg.core.journal import Entry
from ckreg.core.plan.kept import entries_of, kept_json, unchanged_runs, with_kept
from ckreg.core.seal import SEAL
from ckreg.core.shown.canonical import canonical_plan
from ckreg.core.shown.changes import Change as PlanChange
from ckreg.core.shown.changes import changes
from ckreg.core.shown.reading import shown_in
from ckreg.core.spec import dump_spec, read_spec
from ckreg.core.spec.amending import Amendment, amended_spec
from ckreg.core.status import Status
from ckreg.core.summary import EvaluationRow, FineTuningRow, Summary, parse
from ckreg.core.text import LINE_END, newline_of, one_line
from ckreg.errors import BusyError, NotFoundError, RefusedError, UsageError
from ckreg.flows.committing import changing, finish_interrupted
from ckreg.flows.designing import Draft, draft_of
from ckreg.flows.sealing import document_path, estimates_path, seal_path, seal_texts, trailer

_SHOWN = 20


class FileChange(NamedTuple):
    """A file in the folder before and after; None where it is not there."""

    path: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Amended:
    """A plan with its change; `commit` is None where nothing changed, or where it was only looked at."""

    experiment: str
    changes: tuple[str, ...]
    files: tuple[FileChange, ...]
    commit: str | None
    by_hand: bool


@dataclass(frozen=True, slots=True)
class _Redesign:
    """The documents of the plan before and after, and the other files of the plan after."""

    spec_before: str
    before: str
    after: str
    spec: str
    estimates: str
    journal: str


def amend_experiment(
    home: Home,
    experiment: str,
    amendment: Amendment,
    reason: str,
    *,
    dry_run: bool = False,
    index: bool = True,
) -> Amended:
    """Change the plan, every status row kept, and seal it, in one commit.

    An empty amendment takes the plan that a person has written into the document: the document is committed
    as it lies in the folder.

    Raises:
        UsageError: there is no reason.
        RefusedError: a run that is to go has started, or git refused.
        NotFoundError: there is no `spec.yaml` to amend, or nothing to drop of that name.
        MalformedError: the amended spec has faults, or the document cannot take the change.
    """
    reason = one_line(reason)
    if not reason:
        raise UsageError("An amendment needs a reason: --reason TEXT.")
    if not dry_run:
        require_identity(home.root)
    finish_interrupted(home)
    redesign = None if amendment.is_empty else _redesigned(home, experiment, amendment, index=index)
    work = _Work(experiment, redesign, reason, dry_run)
    with changing(home) as repo:
        commit = commit_change(repo, work.paths, work.plan)
    return Amended(experiment, tuple(work.words), tuple(work.files), commit, redesign is None)


def _spec_path(experiment: str) -> str:
    return f"{EXPERIMENTS}/{experiment}/spec.yaml"


def _journal_path(experiment: str) -> str:
    return f"{EXPERIMENTS}/{experiment}/design-experiment.log"


def _redesigned(home: Home, experiment: str, amendment: Amendment, *, index: bool) -> _Redesign:
    texts = _committed(home, [_spec_path(experiment), estimates_path(experiment)])
    path = _spec_path(experiment)
    text = texts[path]
    if text is None:
        raise NotFoundError(
            f"{path} is not committed: there is no spec to amend. Edit the document by hand, then call "
            f"`ckreg amend {experiment} --reason TEXT` without other options."
        )
    old, new = read_spec(text, format="yaml", name=path), amended_spec(text, amendment, path)
    drafts = draft_of(home, old, index=index), draft_of(home, new, index=index)
    kept = entries_of(_json(texts[estimates_path(experiment)]))
    same = unchanged_runs(drafts[0].sheet.forecast, drafts[1].sheet.forecast)
    before = with_kept(drafts[0].sheet.forecast, kept, {run for (run, *more) in kept if run and not more})
    after = with_kept(drafts[1].sheet.forecast, kept, same)
    sheets = (
        replace(drafts[0].sheet, forecast=before, created=drafts[1].sheet.created),
        replace(drafts[1].sheet, forecast=after),
    )
    estimates = kept_json(after.as_json(), kept, same)
    return _Redesign(
        spec_before=text,
        before=assets.render_summary(sheets[0]),
        after=assets.render_summary(sheets[1]),
        spec=dump_spec(drafts[1].sheet.plan.spec),
        estimates=json.dumps(estimates, ensure_ascii=False, indent=2) + "\n",
        journal=_calculations(drafts),
    )


def _committed(home: Home, paths: Sequence[str]) -> dict[str, str | None]:
    found = read_texts(open_repo(home.root), paths)
    return {path: texts.committed for path, texts in found.items()}


def _json(text: str | None) -> object:
    try:
        return json.loads(text or "null")
    except (ValueError, RecursionError):
        return None


def _calculations(drafts: Sequence[Draft]) -> str:
    """The checks and calculations that the plan after needs and the plan before did not."""
    before, after = (draft.files["design-experiment.log"].split("\n\n") for draft in drafts)
    wanted = ("VERIFY_", "SEARCH_", "EXTRACT_", "CALCULATE_", "CHECK_")
    known = {text.partition("] ")[2].strip() for text in before}  # apart from their times
    new = [text.strip("\n") for text in after if text.partition("] ")[2].strip() not in known]
    return "".join(f"\n{text}\n" for text in new if text.partition("] ")[2].startswith(wanted))


class _Work:
    """The texts of an amendment; git may ask for them more than once."""

    def __init__(self, experiment: str, redesign: _Redesign | None, reason: str, dry_run: bool) -> None:
        self.experiment = experiment
        self.redesign = redesign
        self.reason = reason
        self.dry_run = dry_run
        self.document = document_path(experiment)
        self.paths = [
            self.document,
            seal_path(experiment),
            estimates_path(experiment),
            _spec_path(experiment),
            _journal_path(experiment),
        ]
        self.words: list[str] = []
        self.files: list[FileChange] = []

    def plan(self, old: Mapping[str, Texts]) -> Change:
        """All files of the amended experiment, and the commit's message."""
        if old[self.document].committed is None or old[self.document].working is None:
            raise NotFoundError(f"{self.document} is not committed, or not there. Mend that, then try again.")
        texts = dict(old)
        texts |= self._by_hand(old) if self.redesign is None else self._by_spec(old, self.redesign)
        before, after = (parse(found[self.document].committed or "") for found in (old, texts))
        self._refuse_dropped(before, after)
        seal = seal_texts(texts, self.experiment)
        told = self._changes(before, after)
        self.words = [change.words for change in told]
        texts[seal_path(self.experiment)] = Texts(seal.text, seal.text, seal.text)
        if not told and texts[seal_path(self.experiment)] == old[seal_path(self.experiment)]:
            return Change(old, "")
        path = _journal_path(self.experiment)
        texts[path] = old[path].map(partial(self._logged))
        self.files = [
            FileChange(path, old[path].working, new.working)
            for path, new in texts.items()
            if new.working is not None and new.working != old[path].working
        ]
        return Change(old if self.dry_run else texts, self._message(trailer(seal)))

    def _by_hand(self, old: Mapping[str, Texts]) -> dict[str, Texts]:
        """The document as it lies in the folder: here its owner asks for that."""
        text = old[self.document].working
        return {self.document: Texts(text, text, text)}

    def _by_spec(self, old: Mapping[str, Texts], redesign: _Redesign) -> dict[str, Texts]:
        spec, estimates = _spec_path(self.experiment), estimates_path(self.experiment)
        if old[spec].committed != redesign.spec_before:
            raise BusyError(f"{spec} was changed at the same moment. Try again.")

        def edit(text: str | None) -> str | None:
            return None if text is None else amended(text, redesign.before, redesign.after, self.document)

        return {
            self.document: old[self.document].map(edit),
            spec: _replaced(old[spec], redesign.spec),
            estimates: _replaced(old[estimates], redesign.estimates),
        }

    def _refuse_dropped(self, before: Summary, after: Summary) -> None:
        kept = set(map(_key, _rows(after)))
        for row in _rows(before):
            if _key(row) not in kept and row.status not in {None, Status.PENDING}:
                name = " ".join(part for part in _key(row) if part)
                raise RefusedError(
                    f"{self.document}:{row.line}: {name} is {row.status}: what has started stays in the "
                    f"plan. Nothing was changed."
                )

    def _changes(self, before: Summary, after: Summary) -> list[PlanChange]:
        return changes(canonical_plan(shown_in(before)), canonical_plan(shown_in(after)))

    def _logged(self, text: str | None) -> str:
        """The journal with an AMEND entry, and the calculations that the change needed."""
        how = "the document as it was written by hand" if self.redesign is None else "spec.yaml"
        entry = Entry(
            clock.now(),
            "AMEND",
            "Plan changed",
            (
                ("Decision", "; ".join(self.words[:_SHOWN]) or "Nothing that counts"),
                ("Reasoning", self.reason),
                (
                    "Explanation",
                    f"The plan follows {how}; status rows were kept, and the plan was sealed again",
                ),
            ),
        )
        told = journal.render([entry]) + (self.redesign.journal if self.redesign else "")
        newline = newline_of(text or "")
        start = f"{text.rstrip()}{newline * 2}" if text and text.strip() else ""
        return start + LINE_END.sub(newline, told)

    def _message(self, seal: str) -> str:
        lines = [one_line(words) for words in self.words]
        body = "\n".join(lines[:_SHOWN]) + (
            f"\nand {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
        )
        return f"amend: {self.experiment}: {self.reason}\n\n{body}\n\nCkreg-Amend: {self.reason}\n{seal}\n"


def _replaced(texts: Texts, new: str) -> Texts:
    """A file that ckreg wrote, new; where a person has changed it since, theirs stays theirs."""
    return texts.map(lambda text: new if text == texts.committed else text)


def _rows(summary: Summary) -> Iterator[FineTuningRow | EvaluationRow]:
    yield from summary.fine_tuning
    yield from summary.evaluations


def _key(row: FineTuningRow | EvaluationRow) -> tuple[str | None, ...]:
    if isinstance(row, FineTuningRow):
        return (row.run_name,)
    epoch = row.epoch or ""
    return (row.run_name, row.task, "best" if epoch.startswith("best") else epoch)


__all__ = ["SEAL", "Amended", "Amendment", "FileChange", "amend_experiment"]
