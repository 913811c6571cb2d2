"""A commit that changes no file: something is to be said that no document shows."""

from ckreg.adapters.git.commit import refuse_unless_free
from ckreg.adapters.git.repo import Repo, last_words
from ckreg.adapters.git.safe import SAFE
from ckreg.errors import BusyError

_TRIES = 12


def commit_message_only(repo: Repo, message: str) -> str:
    """Commit a message on the tree of HEAD; index and files are not looked at. Gives the commit's id.

    Raises:
        BusyError: git is in the middle of something, or others commit all the time.
    """
    refuse_unless_free(repo)
    why = ""
    for _ in range(_TRIES):
        head = repo.run("rev-parse", "HEAD").strip()
        tree = f"{head}^{{tree}}"
        commit = repo.run(*SAFE, "commit-tree", tree, "-p", head, "-F", "-", stdin=message).strip()
        subject = message.split("\n", 1)[0]
        done = repo.call(*SAFE, "update-ref", "-m", subject, "HEAD", commit, head)
        if done.returncode == 0:
            return commit
        why = last_words(done)
    raise BusyError(f"{repo.root}: git stayed busy: {why}. Try again.")
