"""Whether a torchtune recipe can go on from its last checkpoint, and where that would lie."""

import re
from typing import NamedTuple

from ckreg.core.scaffold.torchtune.recipes import READ
from ckreg.core.spec.document import parse

_RECIPE = re.compile(r"^[ \t]*tune run (?:.*\s)?([a-z0-9_]+) --config\s", re.MULTILINE)


class Output(NamedTuple):
    """Where a run writes its checkpoints, the names of a whole model's files there, and how many epochs."""

    folder: str
    files: tuple[str, ...]
    epochs: int


def output_of(script: str, config: str, where: str) -> Output | None:
    """What torchtune 0.6.1 would resume from; None for a recipe of others, or one that saves in another way.

    Its recipes look themselves for `recipe_state/recipe_state.pt` and the last `epoch_N` in `output_dir`.

    Raises:
        MalformedError: the config is no YAML.
    """
    tree = parse(config, "yaml", where).tree
    recipe = _RECIPE.search(script)
    if not isinstance(tree, dict) or recipe is None or recipe[1] not in READ:
        return None
    folder, epochs = tree.get("output_dir"), tree.get("epochs")
    if not isinstance(folder, str) or not folder.startswith("/") or "${" in folder:
        return None
    if not isinstance(epochs, int) or tree.get("enable_async_checkpointing") is True:
        return None
    checkpointer = tree.get("checkpointer")
    files = checkpointer.get("checkpoint_files") if isinstance(checkpointer, dict) else None
    names = tuple(name for name in files if isinstance(name, str)) if isinstance(files, list) else ()
    return Output(folder, names, epochs)
