"""Every failure that a person can act on, each with its exit code."""


class CkregError(Exception):
    """A failure that a person can act on: the message says what, where (`file:line`) and what to do."""

    exit_code = 70


class UsageError(CkregError):
    """The call itself is wrong: an option missing, a value out of range."""

    exit_code = 2


class NotFoundError(CkregError):
    """What was named does not exist, or the name fits several things."""

    exit_code = 3


class RefusedError(CkregError):
    """The registry's rules forbid it: a transition, a sealed plan, a hook, an answer of no."""

    exit_code = 4


class BusyError(CkregError):
    """Somebody else holds the lock, or git is in the middle of something."""

    exit_code = 5


class StaleLockError(BusyError):
    """Whoever holds the lock has ended and will never give it back: waiting is of no use."""


class OutsideError(CkregError):
    """A program outside (git, Slurm) or the file system failed."""

    exit_code = 6


class MalformedError(CkregError):
    """A file that ckreg reads is not what it should be."""

    exit_code = 7
