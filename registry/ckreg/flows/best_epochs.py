"""Which epoch an evaluation of `best` was of: what its job read, else what the training's log tells."""

import re

from ckreg.adapters.scan import Unreadable, read_bytes
from ckreg.adapters.tree import Home, read_text
from ckreg.core.losses import best_epoch, parts_of, read_losses
from ckreg.core.scaffold.layout import BEST_EPOCH
from ckreg.core.summary.rows import RowKey
from ckreg.errors import CkregError
from ckreg.flows.run_logs import log_of

_NUMBER = re.compile(r"\s*(\d{1,6})\s*", re.ASCII)


def told_best_epoch(home: Home, experiment: str, run: str) -> tuple[str, str] | None:
    """The number of a run's best epoch, and what says so; None where nothing does."""
    try:
        log = log_of(home, experiment, RowKey(run)).path
    except CkregError:  # a checkpoint of elsewhere has no training here
        return None
    if log is None:
        return None
    file = log.with_name(BEST_EPOCH)
    try:
        written = _NUMBER.fullmatch(read_text(file)) if file.is_file() else None
    except CkregError:
        written = None
    if written:
        return str(int(written[1])), f"epoch {int(written[1])} in {file}"
    data = read_bytes(log)
    found = None if isinstance(data, Unreadable) else best_epoch(read_losses(parts_of(data, 1)[0]))
    return None if found is None else (str(found), f"least validation loss after epoch {found} in {log}")
