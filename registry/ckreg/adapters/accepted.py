"""Which templates a person has accepted: SHA-256s in their own config folder, never in a registry."""

import json
from collections.abc import Iterable
from pathlib import Path

from ckreg.adapters.tree import read_text, replace_text
from ckreg.errors import MalformedError, NotFoundError

NAME = "accepted-templates.json"


def accepted(folder: Path) -> frozenset[str]:
    """The SHA-256s that were accepted; `folder` is the person's config folder.

    Raises:
        MalformedError: the file is not what ckreg wrote.
    """
    path = folder / NAME
    try:
        found = json.loads(read_text(path))
    except NotFoundError:
        return frozenset()
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise MalformedError(f"{path} is no list of SHA-256s. Remove it; templates are then asked for again.")
    return frozenset(found)


def accept(folder: Path, digests: Iterable[str]) -> None:
    """Remember these too.

    Raises:
        OutsideError: the file cannot be written.
    """
    known = sorted(accepted(folder) | set(digests))
    replace_text(folder / NAME, json.dumps(known, indent=2) + "\n")
