"""The fast way to commit: the three texts of each file agree, so `git commit -o` commits the folder's."""

import re
from collections.abc import Mapping

from ckreg.adapters.git.announcing import announced
from ckreg.adapters.git.index import stage
from ckreg.adapters.git.intent import PlannedFile, Sides, new_intent
from ckreg.adapters.git.placing import place
from ckreg.adapters.git.repo import Repo
from ckreg.adapters.git.safe import ENV, SAFE, failure
from ckreg.adapters.git.texts import Standing, Texts
from ckreg.adapters.git.trying import TryAgainError
from ckreg.adapters.git.unmoved import is_put_back

# What `git commit` says where the files are as in HEAD.
_NOTHING = re.compile(r"^(?:nothing|no changes) (?:added )?to commit", re.MULTILINE)


def commit_files(repo: Repo, old: Standing, new: Mapping[str, Texts], message: str) -> str:
    """Commit the new texts of files whose three texts agree; gives the commit's id.

    Raises:
        CkregError: git or a hook refused. Files, index and history are as before.
    """
    files = tuple(
        PlannedFile(path, Sides(old.texts[path].working, texts.working)) for path, texts in new.items()
    )
    intent = new_intent(repo, old.head, files)
    with announced(repo, intent) as held:
        place(repo, intent)
        words = ("commit", "--quiet", "--only", "--cleanup=whitespace", "--file=-")
        done = held.call(*SAFE, *words, "--", *new, stdin=message, env=ENV)
        if done.returncode:
            if _NOTHING.search(done.stdout) and is_put_back(repo, intent):
                raise TryAgainError("somebody committed the change, or put the files back")
            raise failure(done)
        return _as_committed(repo, tuple(new))


def _as_committed(repo: Repo, paths: tuple[str, ...]) -> str:
    """The commit's id. Where a hook has put something else into it, the index follows.

    `git commit -o` writes the index before its hooks run: it would have the text before the hook.
    """
    names = [f"{side}./{path}" for side in ("HEAD:", ":") for path in paths]
    head, *blobs = repo.run("rev-parse", "HEAD", *names).split()
    committed, staged = blobs[: len(paths)], blobs[len(paths) :]
    behind = {path: new for path, new, old in zip(paths, committed, staged, strict=True) if new != old}
    if behind:
        stage(repo, behind)
    return head
