"""A plan of cruijff_kit as mappings, lists and scalars, asked without minding what is not there."""

from collections.abc import ItemsView, Mapping
from typing import TypeAlias

Tree: TypeAlias = Mapping[str, object]


def section(tree: object, *path: str) -> Tree:
    """The mapping at this place; an empty one where there is none."""
    for key in path:
        tree = tree.get(key) if isinstance(tree, Mapping) else None
    return tree if isinstance(tree, Mapping) else {}


def items(tree: Tree) -> ItemsView[str, object]:
    """The keys and values of a mapping."""
    return tree.items()


def entries(tree: object, *path: str) -> list[Tree]:
    """The mappings of the list at this place; none where there is no list."""
    found = section(tree, *path[:-1]).get(path[-1])
    return [entry for entry in found if isinstance(entry, Mapping)] if isinstance(found, list) else []


def text(tree: object, *path: str) -> str | None:
    """The text at this place; None where there is none."""
    found = section(tree, *path[:-1]).get(path[-1])
    return None if found is None or isinstance(found, Mapping | list) else str(found)
