"""What plots show: read back as XML, places worked out by hand."""

import math
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.plots.accuracy import Prediction, accuracy
from ckreg.core.plots.functions import FUNCTIONS
from ckreg.core.plots.gantt import gantt
from ckreg.core.plots.losses import loss_curves
from ckreg.core.plots.marks import Mark
from ckreg.core.plots.shapes import status_class
from ckreg.core.plots.status_bar import in_words, status_bar, widths
from ckreg.core.plots.throughput import setup, throughput
from ckreg.core.plots.timeline import timeline
from ckreg.core.site.experiment_page import Bar, Event, LossCurve, LossPoint
from ckreg.core.site.shared import Counts
from ckreg.core.site.values import ThroughputLine

AT = datetime(2025, 10, 22, 14)  # noqa: DTZ001  # local and naive, as documents have it
HOSTILE = '"><script>alert(1)</script>\x1b[31m'
HOUR = timedelta(hours=1)


def read(mark: Mark) -> ET.Element:
    return ET.fromstring(mark.source)  # noqa: S314  # our own


def classed(tree: ET.Element, word: str) -> list[ET.Element]:
    return [one for one in tree.iter() if word in one.get("class", "").split()]


def texts(tree: ET.Element, tag: str) -> list[str]:
    return ["".join(one.itertext()) for one in tree.iter(tag)]


def bar(
    label: str = "L1B_rank4", hours: float | None = 1, outcome: str = "completed", after: float = 0
) -> Bar:
    start = AT + after * HOUR
    return Bar(
        label=label,
        run_name=label,
        task=None,
        epoch=None,
        attempt=1,
        job="7",
        start=start,
        end=None if hours is None else start + hours * HOUR,
        outcome=outcome,
    )


def curve(*losses: float, name: str = "L1B_rank4", validation: tuple[float, ...] = ()) -> LossCurve:
    return LossCurve(
        run_name=name,
        train=tuple(LossPoint(step, loss) for step, loss in enumerate(losses)),
        validation=tuple(LossPoint(step, loss) for step, loss in enumerate(validation)),
        points_total=len(losses),
    )


def line(model: str = "L1B", tokens: float | None = 100, **others: object) -> ThroughputLine:
    given: dict[str, object] = {
        "gpu_type": "NVIDIA H100",
        "n_gpus": 1,
        "batch_size": 4,
        "grad_accum": 1,
        "lora_rank": 64,
        "packed": False,
        "recipe": None,
        "jobs": 3,
        "samples_per_second": 2.5,
        "seconds_per_step": 0.4,
        "slowest_seconds_per_step": 0.5,
        "fastest_seconds_per_step": 0.3,
        "peak_gpu_mem_gib": 20.0,
    }
    return ThroughputLine(model=model, tokens_per_second_per_gpu=tokens, **(given | others))  # type: ignore[arg-type]  # built of parts


def all_plots(words: str) -> Iterator[Mark]:
    event = Event(at=AT, kind=words, words=words, run=words, to_status=words, by=words, evidence=words)
    yield gantt([bar(words, outcome=words)], words)
    yield accuracy([Prediction(words, 60, 90, 70)], words)
    yield loss_curves([curve(2, 1, name=words)], name=words)
    yield throughput([line(words, gpu_type=words)], words)
    yield timeline([event], words)


def test_plots_can_be_read_without_being_seen() -> None:
    for mark in all_plots("L1B"):
        tree = read(mark)
        (svg,) = (one for one in tree.iter("svg") if one.get("role") == "img")
        names = [one.get("id") for one in svg if one.tag in ("title", "desc")]
        assert svg.get("aria-labelledby", "").split() == names
        assert all(texts(svg, "title")[0] and text for text in texts(svg, "desc"))
        assert len(list(tree.iter("tr"))) == 2


@given(st.text())
def test_no_text_leaves_its_place(words: str) -> None:
    for mark, plain in zip(all_plots(words), all_plots("x"), strict=True):
        assert {one.tag for one in read(mark).iter()} <= {one.tag for one in read(plain).iter()} | {
            "rect",
            "path",
        }


def test_a_script_is_only_text() -> None:
    for mark in all_plots(HOSTILE):
        assert "<script" not in mark.source
        assert "\x1b" not in mark.source
        assert re.search(r"\son\w+=", re.sub(r'"[^"]*"', '""', mark.source)) is None


def test_nothing_gives_nothing() -> None:
    empty = (gantt([]), accuracy([]), loss_curves([]), throughput([]), timeline([]), status_bar(Counts()))
    assert [mark.source for mark in empty] == [""] * 6


def test_a_bar_of_statuses_is_as_wide_as_they_are_many() -> None:
    # 160 pixels, 3 for each of two statuses beforehand: 154 are shared 3 to 1.
    assert widths(Counts(completed=3, failed=1)) == [("completed", 118.5), ("failed", 41.5)]
    assert in_words(Counts(completed=1200, failed=1)) == "1,200 completed, 1 failed"
    assert in_words(Counts()) == "none"
    tree = read(status_bar(Counts(running=2, pending=2), "runs"))
    assert tree.get("aria-label") == "runs: 2 running, 2 pending"
    assert [one.get("height") for one in tree] == ["8", "4"]
    assert read(status_bar(Counts(running=2))).get("aria-hidden") == "true"


def test_one_of_very_many_is_seen() -> None:
    assert dict(widths(Counts(completed=100_000, failed=1)))["failed"] >= 3


def test_a_gantt_chart_has_jobs_where_they_ran() -> None:
    tree = read(gantt([bar(hours=1), bar(hours=2, after=2), bar(hours=None, after=3, outcome="running")]))
    first, second, third = classed(tree, "job")
    # From 14:00 to 18:00, with 2 % of room before and after, on pixels 83.6 (nine letters, and 26) to 944.
    left = 9 * 6.4 + 26
    hour = (944 - left) / 1.04 / 4
    places = [float(one.get("x", "")) for one in (first, second, third)]
    start = left + 0.02 * 4 * hour
    assert [round(place - start) for place in places] == [0, round(2 * hour), round(3 * hour)]
    assert abs(float(first.get("width", "")) - hour) < 0.1
    assert abs(float(third.get("x", "")) + float(third.get("width", "")) - 944) < 0.2
    assert len(classed(tree, "open-end")) == 1
    assert "3 job starts within 4 h 00 min, each a bar from start to end: 2 completed, 1 running." in texts(
        tree, "desc"
    )


def test_predictions_are_told_apart_by_shape() -> None:
    tree = read(
        accuracy(
            [
                Prediction("a", 600, 900, 800),
                Prediction("b", 600, 900, 1000),
                Prediction("c", 600, 900, 950, at_least=True),
                Prediction("d", 600, 900, math.inf),
            ]
        )
    )
    assert [len(classed(tree, word)) for word in ("held", "missed", "cut-off")] == [
        2,
        2,
        2,
    ]  # one in the legend
    assert "1 of 3 jobs stayed within the predicted 90th percentile." in texts(tree, "figcaption")
    assert [row for row in texts(tree, "td") if "≥" in row] == ["≥ 16 min"]


def test_a_prediction_that_was_right_stands_on_the_diagonal() -> None:
    tree = read(accuracy([Prediction("a", 100, 100, 100), Prediction("b", 10_000, 10_000, 10_000)]))
    low, high = (one for one in classed(tree, "held") if one.get("r") and one.get("cx") != "12")
    # 125 times 1.25 of room on both sides: a hundredth of the way; 64 to 604 across, 414 to 10 up.
    span = math.log(10_000 * 1.25 / (100 / 1.25))
    share = math.log(1.25) / span
    assert float(low.get("cx", "")) == round(64 + share * 540, 1)
    assert float(low.get("cy", "")) == round(414 - share * 404, 1)
    assert float(high.get("cx", "")) == round(604 - share * 540, 1)


def test_curves_begin_and_end_at_their_losses() -> None:
    tree = read(loss_curves([curve(2, 1, 0, validation=(2, 1))]))
    train, validation = (one for one in tree.iter("polyline"))
    # Losses from 0 to 2 on pixels 294 to 18, steps from 0 to 2 on pixels 56 to 944.
    assert train.get("points") == "56.0,18.0 500.0,156.0 944.0,294.0"
    assert validation.get("points") == "56.0,18.0 500.0,156.0"
    assert texts(tree, "td") == ["L1B_rank4", "3", "2", "2", "0", "0", "1", "1"]


def test_losses_far_apart_have_a_log_scale_and_what_is_no_number_is_left_out() -> None:
    tree = read(loss_curves([curve(100, math.nan, 1, math.inf)]))
    assert "loss, log scale" in texts(tree, "text")
    (train,) = tree.iter("polyline")
    assert len(train.get("points", "").split()) == 2
    assert loss_curves([curve(math.nan)]).source == ""


def test_bars_of_speed_begin_at_zero() -> None:
    tree = read(throughput([line("A", 100), line("A", 50, batch_size=8), line("B", None)]))
    fast, slow = (float(one.get("width", "")) for one in classed(tree, "amount"))
    assert abs(fast - 2 * slow) < 0.2
    assert texts(tree, "text").count("A") == 1
    assert "B" not in texts(tree, "text")


def test_without_tokens_samples_are_shown() -> None:
    tree = read(throughput([line(tokens=None)]))
    assert "samples per second" in texts(tree, "text")


def test_a_setup_in_words() -> None:
    assert setup(line(n_gpus=2, grad_accum=8, packed=True)) == "2 × H100, batch 4 × 8, rank 64, packed"
    nothing = line(gpu_type=None, n_gpus=None, batch_size=None, grad_accum=None, lora_rank=None, packed=None)
    assert setup(nothing) == "GPU not known"


def test_events_that_are_near_are_one_mark_with_a_number() -> None:
    events = [
        Event(at=AT + timedelta(seconds=n), kind="status", words="", run="r", to_status="running")
        for n in (0, 1, 2, 5 * 3600)
    ]
    tree = read(timeline([*events, Event(at=AT, kind="seal", words="sealed")]))
    assert [one.text for one in classed(tree, "several")] == ["3"]
    assert "5 events from 2025-10-22 14:00 to 2025-10-22 19:00: 1 plan, 4 running." in texts(tree, "desc")


def test_the_first_and_the_last_year_can_be_drawn() -> None:
    years = [datetime(1, 1, 1), datetime(9999, 12, 31)]  # noqa: DTZ001
    assert read(timeline([Event(at=at, kind="x", words="x") for at in years])) is not None
    assert read(gantt([bar(), bar(after=24 * 365 * 50)])) is not None


def test_an_unknown_status_has_a_class_of_its_own() -> None:
    assert [status_class(word) for word in ("failed", None, 'x" onload="y')] == [
        "s-failed",
        "s-other",
        "s-other",
    ]
    assert "status_bar" in FUNCTIONS
