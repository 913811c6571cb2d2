"""`ckreg diff`."""

from collections.abc import Iterator

import click

from ckreg.cli.common import Place, json_option
from ckreg.cli.output import counts_in_words, emit, emit_json, note
from ckreg.commands.diff import diff
from ckreg.core.text import one_line
from ckreg.flows.differing import ExperimentDifference, Kind


@click.command()
@click.argument("words", nargs=-1, metavar="[EXPERIMENT] [REV [REV2]]")
@click.option("--staged", is_flag=True, help="Compare what the next commit would have.")
@json_option
@click.pass_obj
def command(place: Place, /, words: tuple[str, ...], *, staged: bool, as_json: bool) -> None:
    """Tell in words what changed: statuses, the plan, how many lines of the wording.

    Without a revision the documents in your folder are compared with the last commit; with one they are
    compared with that; with two these are compared with each other. EXPERIMENT may be the beginning of a
    name, all experiments if left out. A revision may be a date, too.

    \b
    Example:
      ckreg diff
      ckreg diff cap_8L_lora HEAD~3
      ckreg diff main..retries
      ckreg diff cap_8L_lora yesterday
    """
    found = diff(place.home(), words, staged=staged)
    if as_json:
        emit_json(found)
        return
    for number, experiment in enumerate(found):
        if number:
            emit()
        emit(experiment.experiment, bold=True)
        for line in _lines(experiment):
            emit(f"  {one_line(line)}")
    if not found:
        note("Nothing differs.")


def _lines(experiment: ExperimentDifference) -> Iterator[str]:
    if experiment.unreadable:
        yield f"the document was {experiment.change}; one side is no text, `git diff` shows the bytes"
    elif experiment.counts is not None:
        tuning, evaluations = (counts_in_words(counts) for counts in experiment.counts.values())
        yield f"{experiment.change}: fine-tuning {tuning}; evaluations {evaluations}"
    document = experiment.document
    for row in document.status:
        yield row.words
    for item in document.plan:
        yield f"plan: {item.words}"
    for section in document.wording:
        yield f"text: {section.words}"
    if document.layout and experiment.change is Kind.CHANGED:
        yield "text: layout alone (spaces, line endings, order)"
    for kind in Kind:
        if files := [file.file for file in experiment.files if file.change is kind]:
            yield f"files {kind}: {', '.join(files)}"
