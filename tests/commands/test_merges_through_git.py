"""The merges of the properties, done by git itself."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from ckreg.commands.init import init
from tests.core.merge.documents import versions
from tests.core.merge.merging import merge

Git = Callable[..., str]


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    init(tmp_path / "registry")
    return tmp_path / "registry"


def asked(folder: Path, *words: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(["git", "-C", str(folder), *words], capture_output=True, check=False, input=stdin)


def said(folder: Path, *words: str, stdin: bytes = b"") -> str:
    done = asked(folder, *words, stdin=stdin)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode().strip()


def commit(folder: Path, text: str, *parents: str) -> str:
    blob = said(folder, "hash-object", "-w", "--stdin", stdin=text.encode())
    attributes = said(folder, "rev-parse", "HEAD:.gitattributes")
    entries = f"100644 blob {attributes}\t.gitattributes\n100644 blob {blob}\texperiment_summary.md\n"
    tree = said(folder, "mktree", stdin=entries.encode())
    return said(folder, "commit-tree", tree, "-m", "x", *(word for one in parents for word in ("-p", one)))


def merged_by_git(folder: Path, base: str, ours: str, theirs: str) -> tuple[int, str]:
    """git's exit status, 1 for conflicts, and the merged document."""
    root = commit(folder, base)
    sides = [commit(folder, text, root) for text in (ours, theirs)]
    done = asked(folder, "merge-tree", "--write-tree", *sides)
    tree = done.stdout.decode().split("\n")[0]
    blob = asked(folder, "cat-file", "blob", f"{tree}:experiment_summary.md").stdout
    return done.returncode, blob.decode()


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(texts=versions())
def test_git_comes_to_the_same(registry: Path, texts: tuple[str, str, str]) -> None:
    merged = merge(*texts)
    code, text = merged_by_git(registry, *texts)
    assert (code, text) == (int(merged.conflicts > 0), merged.text)


HEAD = (
    "## Status\n\n### Fine-tuning\n"
    "| Run Name | Status | Job ID | Started | Completed | Notes |\n|-|-|-|-|-|-|\n"
)


def text(one: str, two: str) -> str:
    return f"{HEAD}| a | {one} | - | - | - | - |\n| b | {two} | - | - | - | - |\n"


def crossed(
    registry: Path, bases: tuple[str, str, str], both: str, sides: tuple[str, str]
) -> tuple[int, str]:
    """Either side has merged the other's beginning already: git has to merge the two beginnings first."""
    root = commit(registry, bases[0])
    left, right = (commit(registry, base, root) for base in bases[1:])
    one = commit(registry, sides[0], commit(registry, both, left, right))
    two = commit(registry, sides[1], commit(registry, both, right, left))
    done = asked(registry, "merge-tree", "--write-tree", one, two)
    tree = done.stdout.decode().split("\n")[0]
    return done.returncode, said(registry, "cat-file", "blob", f"{tree}:experiment_summary.md") + "\n"


def test_two_lines_of_history_that_cross(registry: Path) -> None:
    bases = text("running", "pending"), text("failed", "pending"), text("running", "running")
    sides = text("pending", "running"), text("failed", "completed")
    merged = crossed(registry, bases, text("failed", "running"), sides)
    assert merged == (0, text("pending", "completed"))


def test_bases_that_clash_leave_the_decision_to_the_merge(registry: Path) -> None:
    bases = text("running", "pending"), text("failed", "pending"), text("completed", "pending")
    sides = text("completed", "running"), text("completed", "completed")
    merged = crossed(registry, bases, text("completed", "pending"), sides)
    assert merged == (0, text("completed", "completed"))
