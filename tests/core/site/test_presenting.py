from datetime import datetime

import pytest

from ckreg.core.losses import Curve, Loss, LossKind
from ckreg.core.site.curves import curve_cells, curves
from ckreg.core.site.document import links_from, shown
from ckreg.core.site.events import events
from ckreg.core.site.facts import facts_of
from ckreg.core.site.gantt import BAR_COLUMNS, bar_cells, bars
from ckreg.core.site.jobs import gpu_hours, job_facts
from ckreg.core.site.limits import Limits
from ckreg.core.site.material import Material, Row
from ckreg.core.site.names import OURS, data_files, experiment_page, file_names, overview_pages
from ckreg.core.site.overview import overview
from ckreg.core.site.run_lines import run_lines
from ckreg.core.site.shared import Counts
from ckreg.core.site.throughput import throughput
from ckreg.core.site.words import local_time, text

EXPERIMENT = {"name": "x", "type": None, "question": None, "created": None, "blobs": "a b"}


def job(**known: object) -> Row:
    names = ("scope", "submitted", "elapsed_seconds", "gpus", "gpu_type", "started", "ended", "outcome")
    return dict.fromkeys(names) | {"scope": ""} | known


def measured(**known: object) -> Row:
    names = (
        *("log_path", "segment", "job_id", "run_name", "kind", "elapsed_seconds", "n_gpus", "gpu_type"),
        *("seconds_per_step", "tokens_per_second_per_gpu", "peak_gpu_mem_gib", "outcome"),
    )
    return dict.fromkeys(names) | {"kind": "finetune", "segment": 0} | known


def run(name: str, **known: object) -> Row:
    names = (
        *("model", "lora_rank", "batch_size", "type", "status", "job_id", "started", "completed", "notes"),
    )
    return {"run_name": name} | dict.fromkeys(names) | known


def evaluation(name: str, task: str, epoch: str | None, **known: object) -> Row:
    names = ("status", "job_id", "completed", "notes")
    return {"run_name": name, "task": task, "epoch": epoch} | dict.fromkeys(names) | known


def predicted(name: str, task: str | None, epoch: str | None, median: float) -> Row:
    actual = {"p90_seconds": 2 * median, "actual_seconds": 3 * median, "tier": "same setup"}
    return {"run_name": name, "task": task, "epoch": epoch, "median_seconds": median, **actual}


def attempt(name: str, number: int = 1, **known: object) -> Row:
    names = ("task", "epoch", "job", "started", "ended", "outcome", "evidence")
    return {"run": name, "attempt": number} | dict.fromkeys(names) | known


def status(before: str | None, after: str, at: str, **known: object) -> Row:
    names = ("task", "epoch", "by", "evidence", "overtaken")
    told = {"run": "a", "from_status": before, "to_status": after, "at": at, "committed": at}
    return dict.fromkeys(names) | told | {"author": "Ada", "commit_id": "c" * 40} | known


@pytest.mark.parametrize(
    ("told", "logs", "hours"),
    [
        # An hour and a half on four GPUs, as the scheduler says it.
        (job(elapsed_seconds=5400, gpus=4), [], 6.0),
        # Its word goes before the log's.
        (job(elapsed_seconds=5400, gpus=4), [measured(elapsed_seconds=60.0, n_gpus=1)], 6.0),
        # It does not say how many GPUs: the log does.
        (job(elapsed_seconds=1800, gpus=None), [measured(elapsed_seconds=60.0, n_gpus=2)], 1.0),
        # Two stretches of a job in one log, of half an hour and an hour, on two GPUs.
        (None, [measured(elapsed_seconds=1800.0, n_gpus=2), measured(elapsed_seconds=3600.0, n_gpus=2)], 3.0),
        (None, [measured(elapsed_seconds=1800.0)], None),
        (None, [], None),
        (job(elapsed_seconds="long", gpus=-1), [], None),
    ],
)
def test_gpu_hours_are_time_by_gpus(told: Row | None, logs: list[Row], hours: float | None) -> None:
    assert gpu_hours(told, logs) == hours


def test_a_job_id_that_was_used_again_tells_nothing_but_where_the_scheduler_itself_says_it() -> None:
    file = job(scope="/a", submitted="2025-01-01", gpus=1)
    other = job(scope="/b", submitted="2025-02-01", gpus=2)
    own = job(submitted="2025-02-01", gpus=3)
    assert job_facts([file]) is file
    assert job_facts([file, other]) is None
    assert job_facts([file, other, own]) is own


def test_an_experiment_has_spent_what_each_of_its_jobs_took_once() -> None:
    material = Material(
        experiment=EXPERIMENT,
        runs=[run("a", status="completed", job_id="2"), run("b", status="pending"), run("base")],
        evaluations=[
            evaluation("a", "t", "0", status="completed", job_id="3"),
            evaluation("a", "t", "1", status="completed", job_id="3"),
            evaluation("base", "t", None, status="odd"),
        ],
        # A first try of an hour that failed, then two hours on two GPUs; one job of half an hour for both
        # evaluations; and a log without a job, of six minutes.
        jobs={
            "1": job(elapsed_seconds=3600, gpus=1),
            "2": job(elapsed_seconds=7200, gpus=2),
            "3": job(elapsed_seconds=1800, gpus=1),
        },
        measurements=[measured(log_path="l", run_name="a", elapsed_seconds=360.0, n_gpus=1)],
        predictions=[predicted("a", None, None, 3600.0), predicted("a", "t", "0", 1800.0)],
        gpus={"a": 2},
        statuses=[status("pending", "running", "2025-10-22T14:00:00+00:00")],
    )
    facts = facts_of(material)
    assert facts.gpu_hours_spent == pytest.approx(1 + 4 + 0.5 + 0.1)
    assert facts.gpu_hours_planned == pytest.approx(2 * 1 + 0.5)
    assert facts.runs == Counts(pending=1, completed=1)
    assert facts.evaluations == Counts(completed=2, other=1)
    assert facts.last_change == datetime(2025, 10, 22, 14)  # noqa: DTZ001  # local, and tests live in UTC
    lines = list(run_lines(material))
    assert [line.label for line in lines] == ["a", "a t 0", "a t 1", "b", "base t"]
    assert [line.gpu_hours for line in lines] == [4.0, None, None, None, None]
    assert (lines[0].predicted_seconds, lines[0].p90_seconds, lines[0].ratio) == (3600.0, 7200.0, 3.0)
    assert len({line.anchor for line in lines}) == 5


def test_a_bar_has_the_schedulers_times_else_those_of_history_else_those_of_the_row() -> None:
    material = Material(
        experiment=EXPERIMENT,
        runs=[
            run("a", status="completed", job_id="2"),
            run("old", status="completed", started="2025-10-01 08:00:00", completed="2025-10-01 09:30:00"),
            run("odd", status="failed", started="yesterday"),
        ],
        attempts=[
            attempt("a", 1, started="2025-10-22T10:00:00+00:00", ended="2025-10-22T10:05:00+00:00",
                    outcome="failed", job="1"),
            attempt("a", 2, started="2025-10-22T12:59:00+00:00", job="2"),
            attempt("b", 1, task="t", epoch="0", started="2025-10-22T13:00:00+00:00"),
        ],
        jobs={"2": job(started="2025-10-22T12:00:00", ended="2025-10-22T12:30:00")},
    )  # fmt: skip
    found = [(bar.label, bar.attempt, bar.start.hour, bar.seconds, bar.outcome) for bar in bars(material)]
    assert found == [
        ("old", 1, 8, 5400.0, "completed"),
        ("a", 1, 10, 300.0, "failed"),
        ("a", 2, 12, 1800.0, "running"),
        ("b t 0", 1, 13, None, "running"),
    ]
    rows = [dict(zip(BAR_COLUMNS, cells, strict=True)) for cells in bar_cells(list(bars(material)))]
    told = [(row["run_name"], row["task"], row["epoch"], row["job"], row["outcome"]) for row in rows]
    assert told[1:] == [
        ("a", None, None, "1", "failed"),
        ("a", None, None, "2", "running"),
        ("b", "t", "0", None, "running"),
    ]


def test_the_timeline_has_commits_and_statuses_in_the_order_of_their_times() -> None:
    commit = {"at": "2025-10-22T09:00:00+00:00", "kind": "design", "words": "planned", "author": "Ada"}
    material = Material(
        experiment=EXPERIMENT,
        jobs={},
        statuses=[status("pending", "running", "2025-10-22T11:00:00+02:00", task="t", epoch="1")],
        commits=[commit | {"commit_id": "d" * 40}],
    )
    assert [(event.kind, event.words, event.commit) for event in events(material)] == [
        ("design", "planned", "d" * 10),
        ("status", "a, t, epoch 1: pending → running", "c" * 10),
    ]


def test_a_run_has_the_curve_of_its_own_job_else_of_the_last_log_that_names_it() -> None:
    def curve(path: str, loss: float) -> Curve:
        return Curve(path, 0, (Loss(LossKind.TRAIN, 1, loss), Loss(LossKind.VALIDATION, 1, loss + 1)), 9)

    material = Material(
        experiment=EXPERIMENT,
        jobs={},
        runs=[run("a", job_id="7"), run("b"), run("c")],
        measurements=[
            measured(log_path="a1", job_id="7", run_name="a"),
            measured(log_path="a2", job_id="8", run_name="a"),
            measured(log_path="b1", run_name="b"),
            measured(log_path="b2", run_name="b"),
        ],
        curves=[curve("a1", 1.0), curve("a2", 2.0), curve("b1", 3.0), curve("b2", 4.0)],
    )
    found = {one.run_name: (one.train[0].loss, one.validation[0].loss) for one in curves(material)}
    assert found == {"a": (1.0, 2.0), "b": (4.0, 5.0)}
    assert list(curve_cells(material)) == [
        ("a", "train", 1, None, 1.0, "a1"),
        ("a", "validation", 1, None, 2.0, "a1"),
        ("b", "train", 1, None, 4.0, "b2"),
        ("b", "validation", 1, None, 5.0, "b2"),
    ]


def test_throughput_has_the_median_of_equal_setups_and_the_greatest_peak() -> None:
    def speed(model: str, seconds: float, peak: float | None) -> Row:
        setup = {"gpu_type": "h100", "n_gpus": 1, "batch_size": 4, "grad_accum": 1, "lora_rank": 8}
        rates = {"samples_per_second": 4 / seconds, "tokens_per_second_per_gpu": None}
        rest = {"packed": 0, "recipe": "r", "seconds_per_step": seconds, "peak_gpu_mem_gib": peak}
        return {"model": model, **setup, **rates, **rest}

    page = throughput([speed("B", 1.0, 10.0), speed("A", 2.0, None), speed("B", 4.0, 12.0)], 1)
    assert (page.jobs, page.cut and page.cut.total) == (3, 2)
    [line] = page.lines
    assert (line.model, line.seconds_per_step, line.peak_gpu_mem_gib) == ("A", 2.0, None)
    both = throughput([speed("B", 1.0, 10.0), speed("B", 4.0, 12.0)], 5).lines[0]
    assert (both.jobs, both.seconds_per_step, both.samples_per_second) == (2, 2.5, 2.5)
    assert (both.fastest_seconds_per_step, both.slowest_seconds_per_step) == (1.0, 4.0)
    assert both.peak_gpu_mem_gib == 12.0


def test_any_name_of_an_experiment_makes_a_file_that_is_ours_and_no_others() -> None:
    names = [
        "cap_8L_2025-10-22",
        "Cap_8l_2025-10-22",
        "a/b",
        "../../x",
        "<script>",
        "ö",
        "ä",
        "-x",
        "x" * 300,
    ]
    found = file_names([*names, "plain_2025-10-22"])
    assert found["plain_2025-10-22"] == "plain_2025-10-22"
    assert len({name.casefold() for name in found.values()}) == len(names) + 1
    for name in found.values():
        assert OURS.fullmatch(experiment_page(name))
        assert all(OURS.fullmatch(path) for path in data_files(name))


def test_very_many_experiments_have_an_overview_of_several_pages() -> None:
    facts = facts_of(Material(experiment=EXPERIMENT, jobs={}))
    names = [f"e{number:04}" for number in range(1, 1202)]
    known = [(EXPERIMENT | {"name": name}, facts) for name in names]
    pages = overview_pages(1201)
    assert pages == ("index.html", "index-2.html", "index-3.html")
    assert all(OURS.fullmatch(path) for path in pages)
    parts = [overview(known, file_names(names), (), part, 500) for part in range(3)]
    assert [line.name for part in parts for line in part.experiments] == names[::-1]
    assert [(link.text, link.href, link.current) for link in parts[1].parts] == [
        ("1 to 500", "index.html", False),
        ("501 to 1,000", "index-2.html", True),
        ("1,001 to 1,201", "index-3.html", False),
    ]
    assert (parts[2].experiments_total, parts[2].cut) == (1201, None)
    assert overview(known[:500], file_names(names), (), 0, 500).parts == ()


def test_only_files_of_a_site_are_ours() -> None:
    for path in (
        "../x.html",
        "experiments/../x.html",
        "experiments/.x.html",
        "notes.html",
        "data/x.py",
        "/x",
    ):
        assert not OURS.fullmatch(path)


def test_a_documents_links_stay_in_the_registry() -> None:
    link_to = links_from("experiments/x", "../../..", lambda name: f"{name}.html")
    assert link_to("results.csv") == "../../../experiments/x/results.csv"
    assert link_to("../y/experiment_summary.md#status") == "y.html"
    assert link_to("../y/") == "y.html"
    assert link_to("../../a%20b.md#c") == "../../../a%20b.md#c"
    for href in ("../../../etc/passwd", "%2e%2e/%2e%2e/%2e%2e/x", "../../..", "?x", ""):
        assert link_to(href) is None
    assert links_from("experiments/x", None, str)("results.csv") is None


def test_a_long_table_shows_its_first_rows_and_says_how_many_follow() -> None:
    rows = "".join(f"| r{number} | {number} |\n" for number in range(10_000))
    found = shown(f"# T\n\n| a | b |\n|---|---|\n{rows}\nafter\n", Limits(), lambda _href: None)
    assert found.html.count("<tr>") == 1 + 150 + 1
    assert "… and 9,850 more rows" in found.html
    assert "<p>after</p>" in found.html
    assert (found.lines_total, found.lines) == (10_007, 10_007 - 9_850 + 1)


def test_a_document_that_is_longer_than_a_page_is_shown_to_where_the_page_ends() -> None:
    found = shown("word\n" * 100_000, Limits(document=50), lambda _href: None)
    assert found.html == "<p>word\nword\nword\nword\nword\nword\nword\nword\nword\nword</p>\n"
    assert (found.lines, found.lines_total) == (10, 100_001)


def test_text_of_a_cell_is_short_on_one_line_and_without_codes() -> None:
    assert text("a\x1b[31m\n b\u202e") == "a [31m b"
    assert text("x" * 1000, 10) == "xxxxxxxxx…"
    assert text(None) is None


def test_times_are_local_whether_or_not_they_tell_their_offset() -> None:
    expected = datetime(2025, 10, 22, 14, 0, 5)  # noqa: DTZ001  # local, and tests live in UTC
    for told in ("2025-10-22 14:00:05", "2025-10-22T16:00:05.5+02:00", "2025-10-22T14:00:05Z"):
        assert local_time(None, "soon", told) == expected
    assert local_time("2025-13-40", None, "0001-01-01T00:00:00+14:00") is None
