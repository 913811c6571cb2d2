"""One person's settings from `claude.local.md`: lines such as ``- **Models directory**: `/path` ``."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ckreg.core.text import LINE_END

LABELS = {
    "models directory": "models_dir",
    "scratch directory": "scratch_dir",
    "data directory": "ck_data_dir",
    "account": "account",
    "partition": "partition",
    "constraint": "constraint",
    "time": "time",
    "gpus": "gpus",
    "cpus": "cpus",
    "memory": "memory",
    "conda environment": "conda_env",
    "quota command": "quota_command",  # to say that it is ignored here
}
GPU_TYPES = "available gpu types"

_ITEM = re.compile(r"\s{0,3}[-*+]\s+\*\*(?P<label>[^*]+?):?\*\*\s*:?\s*(?P<rest>.*)")
_CODE = re.compile(r"`([^`]+)`")
_REMARK = re.compile(r"\s+(\(|[\u2013\u2014-]\s).*")  # "8 (of the group)", "lab - ask first"
_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_MODULE_LOAD = re.compile(r"\s*(?:module|ml)\s+(?:load|add)\s+([^#;&|]+)")
_GPU = re.compile(r"(?P<type>.*?\S)(?:\s+(?P<memory>\d+)\s*Gi?B)?")


class Line(NamedTuple):
    """A setting's words and the line, from 1, that they stand on."""

    words: str
    line: int


def read_claude_md(text: str) -> dict[str, Line]:
    """What the file sets, in words, by the setting's name; of two lines for one setting the first counts."""
    found: dict[str, Line] = {}
    modules: list[str] = []
    modules_line = 0
    for number, line, in_code in _lines(text):
        if in_code:
            load = _MODULE_LOAD.match(line)
            if load:
                modules += load.group(1).split()
                modules_line = modules_line or number
            continue
        item = _ITEM.match(line)
        if item:
            for name, words in _settings(item.group("label"), item.group("rest")):
                found.setdefault(name, Line(words, number))
    if modules:
        found["modules"] = Line(",".join(modules), modules_line)
    return found


def _lines(text: str) -> Iterator[tuple[int, str, bool]]:
    """Each line with its number and whether it stands in a code fence; comments are left out."""
    fence = ""
    for number, line in enumerate(LINE_END.split(_without_comments(text)), start=1):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark.group(1)
        elif mark and fence and mark.group(1).startswith(fence):
            fence = ""
        else:
            yield number, line, bool(fence)


def _without_comments(text: str) -> str:
    """The text with HTML comments emptied, every line still on its number."""
    return re.sub(
        r"<!--.*?(?:-->|\Z)", lambda hit: "".join(LINE_END.findall(hit.group())), text, flags=re.DOTALL
    )


def _settings(label: str, rest: str) -> Iterator[tuple[str, str]]:
    label = " ".join(label.strip(" `{}").lower().split())
    if label == GPU_TYPES:
        yield from _gpu(rest)
        return
    name = LABELS.get(label.removeprefix("default ")) or (label if label in LABELS.values() else None)
    if name:
        code = _CODE.search(rest)
        yield name, code.group(1).strip() if code else _REMARK.sub("", rest).strip()


def _gpu(rest: str) -> Iterator[tuple[str, str]]:
    """Type and memory of the full GPU, or of the first: `A100 80GB (full), A100 40GB (MIG partition)`."""
    entries = [entry.strip().replace("`", "") for entry in rest.split(",") if entry.strip()]
    if not entries:
        return
    full = next((entry for entry in entries if "(full" in entry.lower()), entries[0])
    gpu = _GPU.fullmatch(full.partition("(")[0].strip())
    if gpu:
        yield "gpu_type", gpu.group("type")
        if gpu.group("memory"):
            yield "gpu_memory_gib", gpu.group("memory")
