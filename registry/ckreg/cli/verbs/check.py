"""`ckreg check`."""

import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Sequence
from itertools import groupby

import click

from ckreg.cli.answers.check import planned, problems
from ckreg.cli.common import Place, dry_run_option, json_option
from ckreg.cli.output import emit, emit_diff, emit_json, note
from ckreg.commands.check import Finding, Mended, check, check_fix, check_staged, has_failed
from ckreg.core.check import Severity
from ckreg.core.text import printable

_NARROWEST, _WIDEST = 60, 120


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--staged", is_flag=True, help="Check what the next commit would hold, as the hook does.")
@click.option("--fix", is_flag=True, help="Mend what is safe to mend, in the folder; commit it yourself.")
@dry_run_option
@click.option(
    "--select", multiple=True, metavar="CODES", help="Only these rules: CK203, or CK2 for all CK2xx."
)
@click.option("--ignore", multiple=True, metavar="CODES", help="Without these rules.")
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "github"]), default="text", help="How to print."
)
@json_option
@click.option("--explain", metavar="CODE", help="Explain a rule, with a bad and a good example.")
@click.pass_context
def command(  # noqa: PLR0913  # click gives every option as an argument
    ctx: click.Context,
    /,
    *,
    paths: tuple[str, ...],
    staged: bool,
    fix: bool,
    dry_run: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    strict: bool,
    form: str,
    as_json: bool,
    explain: str | None,
) -> None:
    """Check that plans are whole and agree with themselves, their statuses, and the files beside them.

    PATHS are documents or folders; without any, all experiments are checked. Exits with 1 if there is
    an error. A comment <!-- ckreg: ignore CK203 --> in a document lets a problem stand; docs/checks.md
    has all rules. --fix changes the files only, as a formatter does, and commits nothing.

    \b
    Example:
      ckreg check experiments/cap_8L_lora_comparison_2025-10-22
      ckreg check --fix --dry-run
      ckreg check --select CK2,CK301 --strict
    """
    if explain is not None:
        _explain(explain)
        return
    _refuse_contradictions(paths, staged=staged, fix=fix, dry_run=dry_run)
    place: Place = ctx.obj
    home, where = place.home(), [place.path(path) for path in paths]
    form = "json" if as_json else form
    if fix:
        mended = check_fix(home, where, select=select, ignore=ignore, dry_run=dry_run)
        if dry_run and form == "json":
            emit_json(planned(mended))
        else:
            _say_mended(mended, dry_run=dry_run)
        if dry_run:
            return
    found = (
        check_staged(home, select=select, ignore=ignore)
        if staged
        else check(home, where, select=select, ignore=ignore)
    )
    _print(found, form)
    if form != "json" and (found or not staged):  # a hook with nothing to say is silent
        note(_in_words(found))
    ctx.exit(1 if has_failed(found, strict=strict) else 0)


def _refuse_contradictions(paths: Sequence[str], *, staged: bool, fix: bool, dry_run: bool) -> None:
    if staged and paths:
        raise click.UsageError("--staged checks what is staged; give no PATHS with it.")
    if staged and fix:
        raise click.UsageError(
            "--fix mends the files in the folder, not what is staged; give one of the two."
        )
    if dry_run and not fix:
        raise click.UsageError("--dry-run shows what --fix would change; give --fix with it.")


def _explain(code: str) -> None:
    from ckreg.core.check import RULES, codes_in  # noqa: PLC0415  # all rules, for this option alone
    from ckreg.core.check.page import rule_text  # noqa: PLC0415

    wanted = codes_in([code], "--explain")[0]
    for known, rule in RULES.items():
        if known.startswith(wanted):
            emit(rule_text(rule))


def _say_mended(mended: Sequence[Mended], *, dry_run: bool) -> None:
    for file in mended:
        if dry_run:
            emit_diff(file.path, file.before, file.after)
        else:
            codes = ", ".join(sorted({problem.code for problem in file.problems}))
            note(f"Mended {file.path}: {codes}.")
    if not mended:
        note("There is nothing that is safe to mend.")


def _print(found: Sequence[Finding], form: str) -> None:
    if form == "json":
        emit_json(problems(found))
    elif form == "text" and sys.stdout.isatty():
        _print_groups(found)
    else:
        lines = [_line(finding) if form == "text" else _annotation(finding) for finding in found]
        if lines:
            emit("\n".join(map(printable, lines)))


def _print_groups(found: Sequence[Finding]) -> None:
    """Grouped by file, wrapped to the terminal; in a pipe every line has its path, for `grep` and editors."""
    width = max(_NARROWEST, min(shutil.get_terminal_size().columns, _WIDEST))
    for path, group in groupby(found, key=lambda finding: finding.path):
        emit(path, bold=True)
        for _, problem in group:
            place = f"{problem.line}:{problem.column}"
            head = f"  {place:>7}  {problem.severity:<7}  {problem.code}  "
            told = textwrap.wrap(problem.message, width - len(head), break_on_hyphens=False) or [""]
            for number, line in enumerate(told):
                emit((head if number == 0 else " " * len(head)) + line)
        emit()


def _line(finding: Finding) -> str:
    path, problem = finding
    place = f"{path}:{problem.line}:{problem.column}"
    return f"{place}: {problem.severity} {problem.code}: {problem.message}"


def _annotation(finding: Finding) -> str:
    """GitHub's workflow command, with its own escapes."""
    path, problem = finding
    said = problem.message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    for mark, escape in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"), (":", "%3A"), (",", "%2C")):
        path = path.replace(mark, escape)
    place = f"file={path},line={problem.line},col={problem.column}"
    return f"::{problem.severity} {place},title={problem.code}::{said}"


def _in_words(found: Sequence[Finding]) -> str:
    if not found:
        return "No problems."
    counts = Counter(finding.problem.severity for finding in found)
    told = ", ".join(
        f"{counts[severity]} {severity}{'s' * (counts[severity] > 1)}"
        for severity in Severity
        if counts[severity]
    )
    fixable = sum(finding.problem.fixable for finding in found)
    return f"{told} ({fixable} to be mended by `ckreg check --fix`)" if fixable else told
