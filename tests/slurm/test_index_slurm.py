"""Logs that the tasks of a real array job read, one of which fails."""

import dataclasses
from pathlib import Path

import pytest

from ckreg.adapters import shards
from ckreg.adapters.cache import open_cache, remember_roots
from ckreg.adapters.slurm import Slurm
from ckreg.adapters.tree import Home
from ckreg.core.settings import DEFAULT_LOG_PATTERNS
from ckreg.flows.caching import cache_path
from ckreg.flows.dispatching import send_out, share_out, wait_for_tasks
from ckreg.flows.indexing import How, index_logs
from tests.logs import copied

pytestmark = pytest.mark.slurm


def measured(home: Home) -> list[dict[str, object]]:
    with open_cache(cache_path(home)) as cache:
        return cache.rows("SELECT * FROM measurements ORDER BY log_path, segment")


@pytest.mark.usefixtures("cluster")
def test_tasks_read_what_one_node_would(
    registry: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = copied(tmp_path / "a scratch")
    index_logs(registry, [scratch], DEFAULT_LOG_PATTERNS)
    here = measured(registry)
    cache_path(registry).unlink()
    remember_roots(registry, [scratch])
    monkeypatch.setattr("ckreg.flows.dispatching._ASK_EVERY", 2.0)  # a small cluster of our own
    planned = share_out(registry, [scratch], DEFAULT_LOG_PATTERNS, 3, Slurm())
    folder = shards.folder_of(registry, planned.id)
    spoiled = planned.script.replace(
        "exec", '[ "$SLURM_ARRAY_TASK_ID" = 1 ] && { echo spoiled; exit 3; }\nexec'
    )
    send_out(registry, dataclasses.replace(planned, script=spoiled), Slurm())
    wait_for_tasks(registry, Slurm())
    assert shards.finished(folder) == {0, 2}, (folder / "shard-0.out").read_text()
    indexed = index_logs(registry, [scratch], DEFAULT_LOG_PATTERNS, How(leave_missing=True))
    assert (indexed.by_tasks, indexed.left) == (7 - len(planned.lists[1]), len(planned.lists[1]))
    [said] = indexed.task_notes
    assert "1 of 3 tasks gave nothing, 1 (spoiled)" in said
    index_logs(registry, [scratch], DEFAULT_LOG_PATTERNS)
    assert measured(registry) == here
    assert not folder.exists()
