"""The text of a spec as a plain tree, whatever its format, with the lines where the format gives them."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ckreg.core.text import BOM, one_line
from ckreg.errors import MalformedError

Format: TypeAlias = Literal["yaml", "toml", "json"]
# A file's format, by the ending of its name.
FORMATS: dict[str, Format] = {".yaml": "yaml", ".yml": "yaml", ".toml": "toml", ".json": "json"}

# Aliases can make a small file into an endless tree.
_MOST_NODES = 100_000


class Fault(NamedTuple):
    """One thing wrong: where in the spec, on which line (1-based, if known), and what was expected."""

    path: str
    line: int | None
    what: str


@dataclass(slots=True)
class Document:
    """Mappings, sequences and scalars, the line of every path, and the faults found so far."""

    tree: object = None
    lines: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


class _Pairs(NamedTuple):
    """A JSON object as written, with keys that are given twice."""

    pairs: tuple[tuple[str, object], ...]


def parse(text: str, format: Format, name: str) -> Document:  # noqa: A002  # the word that the caller uses
    """Read the text; keys given twice and values that no date or number fits are faults of the document.

    Raises:
        MalformedError: the text is not of this format at all; the message names the line.
    """
    readers = {"yaml": _yaml, "toml": _toml, "json": _json}
    try:
        return readers[format](text.removeprefix(BOM))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}" if mark else name
        raise _not_of(format, where, error.problem or "it cannot be parsed") from error
    except json.JSONDecodeError as error:
        raise _not_of(format, f"{name}:{error.lineno}", error.msg) from error
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1  # it says "at end of document"
        raise _not_of(format, f"{name}:{line}", str(error)) from error
    except (YAMLError, ValueError) as error:
        raise _not_of(format, name, str(error)) from error
    except RecursionError as error:
        raise _not_of(format, name, "it is nested too deep") from error


def _not_of(format: Format, where: str, problem: str) -> MalformedError:  # noqa: A002
    return MalformedError(f"{where}: this is not {format.upper()}: {one_line(problem).rstrip('.')}.")


def _yaml(text: str) -> Document:
    document = Document()
    yaml = YAML(typ="safe", pure=True)
    node = yaml.compose(text)
    if node is not None:
        document.tree = _YamlWalk(yaml, document).value(node, "")
    return document


class _YamlWalk:
    """From nodes to values: ruamel's own loader would stop at the first fault and forget the lines."""

    def __init__(self, yaml: YAML, document: Document) -> None:
        self._construct = yaml.constructor.construct_object
        self._document = document
        self._left = _MOST_NODES

    def value(self, node: Node, path: str) -> object:
        self._left -= 1
        if self._left < 0:
            raise ValueError(f"its aliases make more than {_MOST_NODES:,} values of it")
        self._document.lines[path] = node.start_mark.line + 1
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.value(item, f"{path}[{index}]") for index, item in enumerate(node.value)]
        return self._scalar(cast("ScalarNode", node), path)

    def _mapping(self, node: MappingNode, path: str) -> dict[str, object]:
        mapping: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self._fault(key_node, path, "expected text for a key")
                continue
            key = str(key_node.value)
            if key in mapping:
                self._fault(key_node, joined(path, key), "given twice; keep one")
            mapping[key] = self.value(value_node, joined(path, key))
            self._document.lines[joined(path, key)] = key_node.start_mark.line + 1
        return mapping

    def _scalar(self, node: ScalarNode, path: str) -> object:
        try:
            value: object = self._construct(node)
        except (YAMLError, ValueError):
            kind = str(node.tag).rpartition(":")[2]
            kind = "date that exists" if kind == "timestamp" else f"plain value, not a `{one_line(kind)}`"
            self._fault(node, path, f"expected a {kind}")
            return _Unreadable()
        return value

    def _fault(self, node: Node, path: str, what: str) -> None:
        self._document.faults.append(Fault(path, node.start_mark.line + 1, what))


class _Unreadable:
    """Stands where a value was that has been reported already."""


def is_unreadable(value: object) -> bool:
    """Whether the value has been reported as a fault already."""
    return isinstance(value, _Unreadable)


def _toml(text: str) -> Document:
    return Document(tomllib.loads(text))


def _json(text: str) -> Document:
    document = Document()
    tree = json.loads(text, object_pairs_hook=lambda pairs: _Pairs(tuple(pairs)))
    document.tree = _plain(tree, "", document.faults)
    return document


def _plain(value: object, path: str, faults: list[Fault]) -> object:
    if isinstance(value, _Pairs):
        return _object(value.pairs, path, faults)
    if isinstance(value, list):
        return [_plain(item, f"{path}[{index}]", faults) for index, item in enumerate(value)]
    return value


def _object(pairs: Iterable[tuple[str, object]], path: str, faults: list[Fault]) -> Mapping[str, object]:
    mapping: dict[str, object] = {}
    for key, value in pairs:
        if key in mapping:
            faults.append(Fault(joined(path, key), None, "given twice; keep one"))
        mapping[key] = _plain(value, joined(path, key), faults)
    return mapping


def joined(path: str, key: str) -> str:
    """The path of `key` under `path`: `evaluation.tasks`."""
    key = one_line(key)
    return f"{path}.{key}" if path else key
