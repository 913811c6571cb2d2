"""What must be as it should before anything is sent: the document and the job scripts."""

from collections.abc import Sequence

from ckreg.adapters.config import load_settings
from ckreg.adapters.tree import Home, read_text
from ckreg.core.check.problem import Severity
from ckreg.core.submission.planning import Work
from ckreg.core.summary.rows import RowKey
from ckreg.errors import NotFoundError, RefusedError
from ckreg.flows.checking import check_files


def refuse_errors(home: Home, experiment: str) -> None:
    """See that `ckreg check` finds no error in the document.

    Raises:
        RefusedError: it finds some.
    """
    from ckreg.core.check import Selection as Selected  # noqa: PLC0415  # all rules: no other flow needs them
    from ckreg.core.check import codes_in  # noqa: PLC0415

    settings = load_settings(home)
    counting = Selected(
        codes_in(settings.check_select, "check_select"), codes_in(settings.check_ignore, "check_ignore")
    )
    errors = [
        finding
        for finding in check_files(home, [home.summary(experiment)])
        if finding.problem.severity is Severity.ERROR and counting.includes(finding.problem)
    ]
    if errors:
        first = errors[0]
        raise RefusedError(
            f"{first.path}:{first.problem.line}: {first.problem.code} {first.problem.message} "
            f"`ckreg check` shows all errors ({len(errors)}); nothing is submitted before they are mended."
        )


def scripts_of(home: Home, experiment: str, works: Sequence[Work]) -> dict[RowKey, str]:
    """The texts of the job scripts.

    Raises:
        NotFoundError: one is not there.
        RefusedError: one is a link out of the experiment.
    """
    texts: dict[RowKey, str] = {}
    missing = []
    inside = (home.experiments / experiment).resolve()
    for work in works:
        path = home.experiments / experiment / work.folder / work.script
        if not path.is_file():
            missing.append(path)
        elif not path.resolve().is_relative_to(inside):
            raise RefusedError(f"{path} is a link out of the experiment; ckreg submits no such script.")
        else:
            texts[work.key] = read_text(path)
    if missing:
        more = f" (nor are {len(missing) - 1} more)" if len(missing) > 1 else ""
        raise NotFoundError(
            f"{missing[0]} is not there{more}. `ckreg scaffold {experiment}` writes the job scripts."
        )
    return texts
