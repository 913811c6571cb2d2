"""What becomes of a status request: in a commit, still in the spool, or refused."""

from dataclasses import dataclass

from ckreg.core.status import StatusRequest
from ckreg.core.update import Update
from ckreg.errors import BusyError, CkregError


@dataclass(frozen=True, slots=True)
class Committed:
    """A request that was carried out; `commit` is None where the row said all of it already."""

    update: Update
    commit: str | None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spooled:
    """A request that waits in the spool until somebody commits it; warnings say what may stand in its way."""

    request: StatusRequest
    warnings: tuple[str, ...] = ()

    @property
    def commit(self) -> None:
        """It is in none yet."""


Settled = Committed | CkregError
Outcome = Settled | Spooled


class WaitsError(BusyError):
    """Nothing can be committed now; the request stays in the spool."""


class AnsweredError(CkregError):
    """The refusal that another process left for our request, with its exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def raised(outcome: Outcome) -> Committed | Spooled:
    """The outcome of one request, where it is no refusal.

    Raises:
        CkregError: it is one.
    """
    if isinstance(outcome, CkregError):
        raise outcome
    return outcome
