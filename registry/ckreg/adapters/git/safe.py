"""What ckreg's own changing calls of git have in common, and what their failures mean."""

from subprocess import CompletedProcess

from ckreg.adapters.git.repo import NO_IDENTITY, OURS, last_words
from ckreg.adapters.git.trying import TryAgainError
from ckreg.errors import CkregError, OutsideError, RefusedError

# On disk before it counts; nothing that asks, hangs, starts in the background, or changes the message.
SAFE = (
    "-c", "core.fsync=added,reference",
    "-c", "commit.gpgsign=false",
    "-c", "gc.auto=0",
    "-c", "maintenance.auto=false",
    "-c", "core.fsmonitor=false",
    "-c", "core.safecrlf=false",
    "-c", "i18n.commitEncoding=UTF-8",
)  # fmt: skip
ENV = {OURS: "1"}  # our own hook stubs leave at once: ckreg has checked already
_FATAL = 128  # git dies with it; a hook that refuses makes it 1
_CANNOT_WRITE = ("Permission denied", "Read-only file system", "No space left", "Disk quota exceeded")


def failure(done: CompletedProcess[str]) -> CkregError:
    """The error for a commit that git did not make."""
    said = done.stderr + done.stdout
    if done.returncode < 0:
        return OutsideError(f"git was killed by signal {-done.returncode}; nothing was committed.")
    if any(words in said for words in _CANNOT_WRITE):
        return OutsideError(f"git cannot write: {last_words(done)}. Files and history are as before.")
    if "index.lock" in said or "cannot lock ref" in said:
        return TryAgainError(last_words(done))
    if "user.email" in said:
        return OutsideError(NO_IDENTITY)
    if done.returncode >= _FATAL and "hook" not in said:
        return OutsideError(f"git failed: {last_words(done)}. Files and history are as before.")
    return RefusedError(f"git refused the commit: {last_words(done)}. Files and history are as before.")
