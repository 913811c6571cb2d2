"""The files beside a log that tell its losses more exactly: which its text names, and where they may lie."""

import re
from collections.abc import Iterator
from posixpath import basename, dirname

_METRIC_LOG = re.compile(rb"Writing logs to (/[^\r\n\0]{1,1000}/log_\d{1,12}\.txt)")
_CHECKPOINT = re.compile(
    rb"Saving model checkpoint to ([^\r\n\0]{1,1000}/(?:checkpoint-\d{1,12}|tmp-checkpoint-\d{1,12}))"
)
STATE = "trainer_state.json"


def metric_logs(part: bytes, log_path: str) -> Iterator[str]:
    """Where torchtune's metric log may be: as the log says, and beside the log, should all have moved."""
    for told in dict.fromkeys(_METRIC_LOG.findall(part)):
        path = told.decode("utf-8", "surrogateescape")
        here, name = dirname(log_path), basename(path)
        yield from (path, f"{here}/logs/{name}", f"{here}/{name}")


def trainer_states(part: bytes) -> Iterator[str]:
    """Where the Trainer's state may be: in the output folder, else in the last checkpoint's."""
    told = [each.decode("utf-8", "surrogateescape") for each in _CHECKPOINT.findall(part)]
    for path in told[-1:]:
        if path.startswith("/"):
            yield from (f"{dirname(path)}/{STATE}", f"{path}/{STATE}")
