"""The index of words against the rows it is made of, as documents, commits and logs come and go."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.adapters.cache import delete_texts, open_cache, put_texts, texts
from ckreg.adapters.tree import Home
from ckreg.commands.find import Hit, find
from ckreg.commands.query import query
from ckreg.core.finding.texts import Kind
from ckreg.errors import NotFoundError, UsageError
from ckreg.flows.caching import cache_path
from ckreg.flows.indexing import index_logs
from tests.documents import EXPERIMENT, SUMMARY

OUT_OF_MEMORY = """\
Traceback (most recent call last):
  File "recipe.py", line 7, in <module>
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.
"""


def hits(home: Home, *words: str) -> list[tuple[str, str | None, str]]:
    return [(hit.kind, hit.run_name, hit.text) for hit in find(home, words).hits]


def noted(home: Home, note: str) -> None:
    home.summary(EXPERIMENT).write_text(SUMMARY.replace("None.", note))


def is_sound(home: Home) -> bool:
    """FTS5's own comparison of the index with its rows: it raises where they differ."""
    connection = sqlite3.connect(cache_path(home))
    connection.execute("INSERT INTO texts (texts, rank) VALUES ('integrity-check', 1)")
    connection.close()
    return True


def test_an_edit_is_found_and_what_it_replaced_is_not(home: Home) -> None:
    noted(home, "Packing helped.")
    assert hits(home, "pack") == [("note", None, "Packing helped.")]
    noted(home, "Warm-up hurt.")
    assert hits(home, "packing") == []
    assert hits(home, "WARM-UP") == [("note", None, "Warm-up hurt.")]
    assert is_sound(home)
    home.summary(EXPERIMENT).unlink()
    assert hits(home, "warm-up") == hits(home, "matter") == []
    assert is_sound(home)


def test_where_it_is(home: Home) -> None:
    assert find(home, ["rank", "matter"], [Kind.QUESTION]).hits == (
        Hit(
            experiment=EXPERIMENT,
            run_name=None,
            kind="question",
            path=str(home.summary(EXPERIMENT)),
            line=6,
            commit=None,
            text="Does LoRA rank matter?",
            shown="Does LoRA \x02rank\x03 \x02matter\x03?",
        ),
    )


def test_all_words_must_be_there_and_words_in_quotes_together(home: Home) -> None:
    noted(home, "Rank is low where memory is low.\n\nMemory of rank.")
    assert hits(home, "memory", "low") == [("note", None, "Rank is low where memory is low.")]
    assert hits(home, "memory of", "ra") == [("note", None, "Memory of rank.")]
    assert hits(home, "of memory") == []


def test_inside_of_words_where_nothing_begins_so(home: Home) -> None:
    noted(home, "Use pytorch 2.1, not 100% sure_thing")
    assert hits(home, "torch 2.1") == hits(home, "00%") == hits(home, "e_th")
    assert len(hits(home, "e_th")) == 1
    assert hits(home, "0_%") == []


def test_the_question_comes_before_notes_and_the_name_is_found(home: Home) -> None:
    noted(home, "Some words on LoRA and on what a rank is.")
    assert [kind for kind, _, _ in hits(home, "lora", "rank")] == ["question", "note"]
    assert hits(home, "cap_8L") == [("name", None, EXPERIMENT)]


def test_one_experiment_only(home: Home) -> None:
    other = home.experiments / "words_2025-10-23"
    other.mkdir()
    (other / "experiment_summary.md").write_text(SUMMARY)
    assert find(home, ["matter"]).total == 2
    assert [hit.experiment for hit in find(home, ["matter"], experiment="words").hits] == ["words_2025-10-23"]
    assert len(find(home, ["matter"], most=1).hits) == 1
    with pytest.raises(NotFoundError):
        find(home, ["matter"], experiment="nosuch")


def test_the_error_of_a_job_that_failed(home: Home, tmp_path: Path) -> None:
    log = tmp_path / "scratch" / "slurm-7.out"
    log.parent.mkdir()
    log.write_text(OUT_OF_MEMORY)
    index_logs(home, [log.parent], ["slurm-*.out"])
    [hit] = find(home, ["cuda", "memory"]).hits
    assert (hit.kind, hit.path) == ("error", str(log))
    assert hit.text == "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB."
    log.write_text("Traceback (most recent call last):\nRuntimeError: NCCL error in: ProcessGroupNCCL.cpp\n")
    index_logs(home, [log.parent], ["slurm-*.out"])
    assert find(home, ["cuda"]).total == 0
    assert find(home, ["nccl", "error"]).total == 1
    assert is_sound(home)


def test_what_commits_say_comes_and_goes_with_them(home: Home, git: Callable[..., str]) -> None:
    noted(home, "x")
    git(home.root, "commit", "-qam", "Found the leaking dataloader\n\nmore")
    [hit] = find(home, ["leaking"]).hits
    assert (hit.kind, hit.experiment, hit.text) == ("commit", EXPERIMENT, "Found the leaking dataloader")
    assert hit.commit == git(home.root, "rev-parse", "HEAD").strip()
    git(home.root, "reset", "-q", "--hard", "HEAD~1")
    assert find(home, ["leaking"]).total == 0
    assert is_sound(home)


@pytest.mark.parametrize(
    "word", ['"', "''", "* OR *", "NEAR(", "a:b", "-x", "^a", "%", "\\", "\x1b[31m", "é"]
)
def test_words_are_never_syntax(home: Home, word: str) -> None:
    noted(home, "nothing of the sort")
    assert find(home, [word]).total == 0


def test_no_words(home: Home) -> None:
    with pytest.raises(UsageError):
        find(home, ["", " ", "\0", "\x1b"])


def test_the_index_in_sql(home: Home) -> None:
    found = query(
        home, "SELECT kind, text FROM texts WHERE texts MATCH 'lora AND ran*' AND kind = 'question'"
    )
    assert found.rows == (("question", "Does LoRA rank matter?"),)
    shown = query(
        home, "SELECT highlight(texts, 6, '<', '>') FROM texts WHERE texts MATCH 'matter' ORDER BY rank"
    )
    assert shown.rows == (("Does LoRA rank <matter>?",),)


def test_without_fts5(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    noted(home, "Packing helped.")
    assert hits(home, "helped") == [("note", None, "Packing helped.")]
    with monkeypatch.context() as without:
        without.setattr(texts, "_has_index", lambda _cache: False)
        noted(home, "Warm-up hurt.")
        assert hits(home, "hurt") == [("note", None, "Warm-up hurt.")]
        assert hits(home, "packing") == []
    assert hits(home, "hurt") == [("note", None, "Warm-up hurt.")]  # the index is behind: the rows are asked
    noted(home, "Warm-up hurt again.")
    assert hits(home, "hurt") == [("note", None, "Warm-up hurt again.")]
    assert is_sound(home)


_ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.text(max_size=20)), max_size=8)


def test_the_index_follows_its_rows(tmp_path: Path) -> None:
    with open_cache(tmp_path / "cache.db") as cache:

        @given(st.lists(st.tuples(st.sampled_from("abc"), _ROWS), max_size=6))
        def follows(steps: list[tuple[str, list[tuple[str, str]]]]) -> None:
            for gone, rows in steps:
                with cache.writing():
                    delete_texts(cache, "path", [gone])
                    put_texts(cache, ({"path": path, "kind": "note", "text": text} for path, text in rows))
            with cache.writing():  # FTS5 raises where index and rows differ
                cache.update("INSERT INTO texts (texts, rank) VALUES (?, 1)", [["integrity-check"]])

        follows()
