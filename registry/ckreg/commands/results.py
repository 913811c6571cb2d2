"""`ckreg results`: the scores of an experiment, found in files, kept, and set in the paper's table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ckreg.adapters.tree import EXPERIMENTS, SUMMARY, Home, read_text
from ckreg.core.markdown import unmarked
from ckreg.core.results.choosing import ALL, BEST, LAST
from ckreg.core.results.gathering import gather
from ckreg.core.results.importing import results_in
from ckreg.core.results.joining import Plan, plan_of
from ckreg.core.results.kept import is_import_of, with_kept
from ckreg.core.results.paper import Asked, Paper, ended, paper
from ckreg.core.results.section import with_section
from ckreg.core.results.summing import summed
from ckreg.core.results.values import RESULTS, Result, Summed
from ckreg.core.summary import Summary, parse
from ckreg.core.tabular import as_markdown
from ckreg.core.text import one_line
from ckreg.errors import NotFoundError, RefusedError
from ckreg.flows.committing import Edit, commit_edits
from ckreg.flows.refreshing import cache_to_read
from ckreg.flows.result_files import Problem, result_files, shown_path
from ckreg.flows.storing_results import Faulty, all_results, kept_results, put_results


@dataclass(frozen=True, slots=True)
class Results:
    """All results of an experiment, and one row a cell of its plan; `unjoined` are (file, reason)."""

    experiment: str
    plan: Plan
    ranks: Mapping[str, str | None]
    results: tuple[Result, ...]
    rows: tuple[Summed, ...]
    found: tuple[Result, ...]
    imported: tuple[Result, ...]
    imported_from: str | None
    unjoined: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]
    faults: tuple[Faulty, ...]

    def paper(self, asked: Asked) -> Paper:
        """The table of what is asked for."""
        return paper(self.rows, self.plan, self.ranks, asked, ended(self.results))

    def ended(self) -> Mapping[tuple[str, str, str | None], str]:
        """Evaluations that gave no value, with how they ended."""
        return ended(self.results)


@dataclass(frozen=True, slots=True)
class Written:
    """Files as they would be or are, (path, before, after), and the commit; None where nothing changed."""

    files: tuple[tuple[str, str | None, str], ...]
    commit: str | None


def results(home: Home, experiment: str, paths: Sequence[Path] = (), csv: Path | None = None) -> Results:
    """Look for results in files, and read those of a CSV; changes nothing but the cache.

    Raises:
        NotFoundError: there is no such experiment, or no such file.
        MalformedError: a line of the CSV is none of the plan's.
    """
    name = home.experiment(experiment)
    summary = parse(read_text(home.summary(name)))
    plan = plan_of(summary, name)
    source = None if csv is None else one_line(shown_path(home, str(csv.absolute())))
    imported = results_in(read_text(csv), plan, str(csv), source) if csv and source else ()
    for path in paths:
        if not path.exists():
            raise NotFoundError(f"{path} does not exist.")
    with cache_to_read(home) as cache:
        files = result_files(home, cache, name, paths)
        found = gather(plan, files.sources)
        with cache.writing():
            put_results(cache, home, name, found.results)
        everything = all_results(cache, name)
    everything = (*(each for each in everything if not is_import_of(each, source)), *imported)
    return Results(
        experiment=name,
        plan=plan,
        ranks=_ranks(summary),
        results=everything,
        rows=summed(everything, plan),
        found=found.results,
        imported=imported,
        imported_from=source,
        unjoined=found.unjoined,
        problems=files.problems,
        faults=kept_results(home, name)[1],
    )


def _ranks(summary: Summary) -> Mapping[str, str | None]:
    return {row.run_name: unmarked(row.lora_rank) if row.lora_rank else None for row in summary.runs}


def write(
    home: Home, told: Results, *, keep: bool = False, section: Asked | None = None, dry_run: bool = False
) -> Written:
    """Write imported (and with `keep` found) results to results.csv, and the table into the document.

    Both in one commit.

    Raises:
        RefusedError: the document has a section of that name by a person.
        CkregError: as `commit_edits`; nothing was changed.
    """
    edits = _edits(told, keep=keep, section=section)
    files = tuple(_file(home, path, edit) for path, edit in edits.items())
    changed = tuple(file for file in files if file[1] != file[2])
    commit = commit_edits(home, edits, f"results: {told.experiment}\n") if edits and not dry_run else None
    return Written(changed, commit)


def _edits(told: Results, *, keep: bool, section: Asked | None) -> dict[str, Edit]:
    edits: dict[str, Edit] = {}
    wanted = [*told.imported, *(result for result in told.found if keep and result.value is not None)]
    if wanted:
        edits[f"{EXPERIMENTS}/{told.experiment}/{RESULTS}"] = lambda old: with_kept(
            old, wanted, told.imported_from
        )
    if section is not None:
        where = f"{EXPERIMENTS}/{told.experiment}/{SUMMARY}"
        edits[where] = _section_edit(section_text(told, section), where)
    return edits


def _file(home: Home, path: str, edit: Edit) -> tuple[str, str | None, str]:
    full = home.root / path
    before = read_text(full) if full.exists() else None
    return path, before, edit(before)


def _section_edit(body: str, where: str) -> Callable[[str | None], str]:
    def edit(old: str | None) -> str:
        if old is None:
            raise RefusedError(f"{where} is not committed yet. Commit it first.")
        return with_section(old, body, where)

    return edit


def section_text(told: Results, asked: Asked) -> str:
    """What the section says: the table, and what its numbers are.

    Raises:
        NotFoundError: there are no results.
    """
    table = told.paper(asked)
    if not table.rows:
        raise NotFoundError(f"{told.experiment} has no results yet: `ckreg results {told.experiment} PATH`.")
    right = range(table.labels, len(table.headers))
    return f"{explained(table, asked)}\n\n{as_markdown(table.headers, table.rows, right=tuple(right))}"


def explained(table: Paper, asked: Asked) -> str:
    """The table's numbers in a sentence."""
    what = f"{table.metric}: mean" if table.metric else "Mean"
    of = f"epoch {asked.epoch}" if asked.epoch.isdecimal() else f"{_WORDS[asked.epoch]} epoch"
    return f"{what} ± standard error (difference to the base model), {of}."


_WORDS = {LAST: "last", ALL: "each", BEST: "best"}
