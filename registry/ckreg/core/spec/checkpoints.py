"""The `checkpoints` of a spec: models that were trained before and are only evaluated here."""

from ckreg.core.spec.cursor import Cursor, each, line, name, whole
from ckreg.core.spec.values import Checkpoint

_KEYS = ("name", "path", "model", "epoch")


def read_checkpoints(cursor: Cursor) -> tuple[Checkpoint, ...]:
    """Every checkpoint with its name, folder and base model; names that are given twice are faults."""
    read = each(_checkpoint, cursor.items("a list of checkpoints, {name: ..., path: ..., model: ...}"))
    names = [checkpoint.name for checkpoint in read if checkpoint.name]
    for twice in {one for one in names if names.count(one) > 1}:
        cursor.fault(f"`{twice}` is given twice; expected names that differ")
    return read


def _checkpoint(cursor: Cursor) -> Checkpoint:
    cursor.mapping("a checkpoint, {name: ..., path: ..., model: ...}")
    at = cursor.section(_KEYS)
    return Checkpoint(
        at["name"].required(name, ""),
        at["path"].required(line, ""),
        at["model"].required(name, ""),
        at["epoch"].read(lambda cursor: whole(cursor, 0), None),
    )
