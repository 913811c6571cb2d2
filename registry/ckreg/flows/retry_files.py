"""The job script and the config of a row that is sent again, as they lie in the folder, and as they will."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ckreg.adapters.git import open_repo, text_at
from ckreg.adapters.resumable import epochs_done, state_path
from ckreg.adapters.tree import EXPERIMENTS, Home, read_text
from ckreg.core.retry.files import asked_in, changed, is_marked
from ckreg.core.retry.resuming import output_of
from ckreg.core.retry.values import Asked, Checkpoint, Corrected, Failed, In
from ckreg.core.scaffold.layout import (
    EVAL_SCRIPT,
    FINETUNE_CONFIG,
    FINETUNE_SCRIPT,
    evaluation_folder,
    training_folder,
)
from ckreg.core.scaffold.written import digest
from ckreg.core.submission.planning import Work
from ckreg.core.summary.rows import RowKey
from ckreg.errors import NotFoundError, RefusedError


class FileChange(NamedTuple):
    """A file, relative to the registry, as it lies in the folder and as it will be; `edited` by a person."""

    path: str
    before: str
    after: str
    edited: bool


def work_of(key: RowKey) -> Work:
    """The row as something to send."""
    if key.task is None:
        return Work(key=key, folder=training_folder(key.run), script=FINETUNE_SCRIPT)
    return Work(key=key, folder=evaluation_folder(key.run, key.task, key.epoch), script=EVAL_SCRIPT)


class Files:
    """The job script and the config of a row, as they lie in the folder."""

    def __init__(
        self, home: Home, experiment: str, key: RowKey, script: str, manifest: Mapping[str, str]
    ) -> None:
        work = work_of(key)
        below = f"{EXPERIMENTS}/{experiment}/{work.folder}"
        self._home, self._manifest = home, manifest
        self._paths = {In.SCRIPT: f"{below}/{work.script}", In.CONFIG: f"{below}/{FINETUNE_CONFIG}"}
        self._texts = {In.SCRIPT: script}
        if key.task is None and (config := text_of(home, self._paths[In.CONFIG])) is not None:
            self._texts[In.CONFIG] = config

    def asked(self, attempt: int) -> Asked:
        """What they ask for before this attempt."""
        return asked_in(self._texts[In.SCRIPT], self._texts.get(In.CONFIG), attempt, self._paths[In.CONFIG])

    def memory_in(self, commit: str | None, option: str) -> str | None:
        """What the script of a commit asks for by an option for memory; None where that is not known."""
        if commit is None:
            return None
        path = self._paths[In.SCRIPT]
        script = text_at(open_repo(self._home.root), commit, path)
        then = asked_in(script or "", None, 1, path)
        return then.memory if then.memory_option == option else None

    def checkpoint(self) -> Checkpoint | None:
        """What the run can go on from."""
        config = self._texts.get(In.CONFIG)
        output = config and output_of(self._texts[In.SCRIPT], config, self._paths[In.CONFIG])
        if not output:
            return None
        done = epochs_done(output.folder, output.files)
        if done is None or done >= output.epochs:
            return None
        return Checkpoint(done, output.epochs, str(state_path(output.folder)))

    def changed(self, found: Corrected, failed: Failed) -> Iterator[FileChange]:
        """The files with the changes in them."""
        for file, text in self._texts.items():
            after = edited(text, file, found, failed, self._paths[file])
            if after != text:
                yield FileChange(self._paths[file], text, after, self._is_edited(file))

    def _is_edited(self, file: In) -> bool:
        below = self._paths[file].split("/", 2)[2]
        text = self._texts[file]
        return below in self._manifest and not is_marked(text) and digest(text) != self._manifest[below]


def edited(text: str | None, file: In, found: Corrected, failed: Failed, where: str) -> str:
    """A file's text with its changes.

    Raises:
        NotFoundError: it is not committed.
        MalformedError: it cannot take them.
    """
    if text is None:
        raise NotFoundError(f"{where} is not committed. `git add` and `git commit` it, then try again.")
    why = f"job {failed.job or '-'}: {failed.told or failed.outcome}"
    return changed(text, file, found.changes, failed.attempts + 1, why, where)


def text_of(home: Home, path: str) -> str | None:
    """A file's text, None where it is not there; `path` is relative to the registry.

    Raises:
        RefusedError: it is a link out of the registry.
    """
    full = home.root / path
    if not full.is_file():
        return None
    if not full.resolve().is_relative_to(home.experiments.resolve()):
        raise RefusedError(f"{full} is a link out of the registry; ckreg changes no such file.")
    return read_text(full)
