"""`ckreg check`."""

from collections import Counter

import click

from ckreg.cli.common import Place, json_option
from ckreg.cli.output import emit, emit_json, note
from ckreg.commands.check import Finding, check, check_staged, has_failed


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--staged", is_flag=True, help="Check what the next commit would hold, as the hook does.")
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "github"]), default="text", help="How to print."
)
@json_option
@click.pass_context
def command(
    ctx: click.Context, paths: tuple[str, ...], staged: bool, strict: bool, form: str, as_json: bool
) -> None:
    """Check that documents have their sections, tables and columns, and that names and statuses fit.

    PATHS are documents or folders; without any, all experiments are checked. Exits with 1 if there is
    an error.

    \b
    Example:
      ckreg check experiments/cap_8L_lora_comparison_2025-10-22
    """
    if staged and paths:
        raise click.UsageError("--staged checks what is staged; give no PATHS with it.")
    place: Place = ctx.obj
    home = place.home()
    found = check_staged(home) if staged else check(home, [place.path(path) for path in paths])
    if as_json or form == "json":
        emit_json([_as_told(finding) for finding in found])
    else:
        for finding in found:
            emit(_line(finding) if form == "text" else _annotation(finding))
        if found or not staged:  # a hook with nothing to say is silent
            note(_in_words(found))
    ctx.exit(1 if has_failed(found, strict=strict) else 0)


def _as_told(finding: Finding) -> dict[str, object]:
    problem = finding.problem
    return {
        "code": problem.code,
        "severity": problem.severity,
        "path": finding.path,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "fixable": problem.fixable,
    }


def _line(finding: Finding) -> str:
    path, (code, severity, line, column, message, _) = finding
    return f"{path}:{line}:{column}: {severity} {code}: {message}"


def _annotation(finding: Finding) -> str:
    """GitHub's workflow command, with its own escapes."""
    path, (code, severity, line, column, message, _) = finding
    said = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return f"::{severity} file={path},line={line},col={column},title={code}::{said}"


def _in_words(found: list[Finding]) -> str:
    if not found:
        return "No problems."
    counts = Counter(finding.problem.severity for finding in found)
    return ", ".join(f"{number} {severity}{'s' * (number > 1)}" for severity, number in counts.items())
