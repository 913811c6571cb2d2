"""Values for pages, made by hand: a lab's registry with experiments of many statuses."""

import math
from datetime import datetime, timedelta

from ckreg.core.score.summing import scores
from ckreg.core.score.values import Graded
from ckreg.core.site.experiment_page import Bar, Event, ExperimentPage, LossCurve, LossPoint, Result, RunLine
from ckreg.core.site.shared import Build, Counts, Link, PageKind
from ckreg.core.site.values import (
    AccuracyPage,
    ExperimentLine,
    Overview,
    Page,
    ThroughputLine,
    ThroughputPage,
)

START = datetime(2025, 10, 22, 14, 23)  # noqa: DTZ001  # local and naive, as documents have it
MODELS = ("Llama-3.2-1B-Instruct", "Llama-3.2-3B-Instruct", "Qwen2.5-7B-Instruct")
RANKS = (4, 16, 64)
STATUSES = ("completed", "completed", "failed", "completed", "running", "completed", "running", "pending")
DOCUMENT = """\
<h3 id="overview">Overview</h3>
<ul><li><strong>Type:</strong> parameter sweep</li><li><strong>Scientific Question:</strong> Does LoRA rank
change accuracy on words of eight letters?</li></ul>
<h3 id="models">Models</h3>
<div class="scroll"><table><thead><tr><th>Model</th><th>Path</th></tr></thead><tbody>
<tr><td>Llama-3.2-1B-Instruct</td><td><code>/models/Llama-3.2-1B-Instruct</code> ✓ verified</td></tr>
</tbody></table></div>
<pre><code>tune run lora_finetune_single_device --config finetune.yaml
</code></pre>
"""


def noise(place: int) -> float:
    """A number between -1 and 1 that looks like chance, the same each time."""
    return math.sin(place * 12.9898) * 43758.5453 % 2 - 1


def build(current: PageKind, depth: int = 0) -> Build:
    """What all pages say; `depth` folders above a page is the site's own."""
    up = "../" * depth
    pages = (
        ("Experiments", "index", PageKind.OVERVIEW),
        ("Estimates", "estimates", PageKind.ESTIMATES),
        ("Throughput", "throughput", PageKind.THROUGHPUT),
    )
    navigation = tuple(Link(text, f"{up}{file}.html", kind == current) for text, file, kind in pages)
    return Build(
        title="lab-registry",
        navigation=navigation,
        version="0.6.0",
        commit="1f2e3d4" if current == PageKind.OVERVIEW else None,
        made=START + timedelta(days=32) if current == PageKind.OVERVIEW else None,
    )


NAMES = (
    ("cap_8L_lora_comparison_2025-10-22", "Does LoRA rank change accuracy on words of eight letters?"),
    (
        "cap_8L_model_size_2025-10-29",
        "From which size on does a model capitalize words that it has never seen?",
    ),
    (
        "arith_carry_lr_sweep_2025-11-03",
        "Which learning rate learns to carry without forgetting how to count?",
    ),
    ("translate_short_data_volume_2025-11-08", "How many sentence pairs are enough?"),
    (
        "safety_refusal_dpo_2025-11-12",
        "Does preference tuning keep refusals calibrated when the prompt is long?",
    ),
    ("cap_12L_lora_comparison_2025-11-17", None),
    ("code_repair_context_2025-11-20", "Does a longer context help a small model to repair code?"),
    ("arith_carry_seeds_2025-11-23", "How far do five seeds of the same run lie apart?"),
)
COUNTS = (
    (Counts(completed=9), Counts(completed=30)),
    (Counts(completed=5, failed=1), Counts(completed=14, failed=2, pending=2)),
    (Counts(completed=12), Counts(completed=24)),
    (Counts(completed=4, running=2, pending=2), Counts(completed=8, running=1, pending=11)),
    (Counts(completed=1, failed=3), Counts(failed=6, pending=2)),
    (Counts(running=6), Counts(pending=12)),
    (Counts(pending=16), Counts(pending=48)),
    (Counts(), Counts()),
)


def overview() -> Overview:
    """Eight experiments, the newest first."""
    lines = [
        ExperimentLine(
            name=name,
            href=f"experiments/{name}.html",
            type="parameter sweep",
            question=question,
            created=f"{name[-10:]} 14:23:15",
            runs=runs,
            evaluations=evaluations,
            gpu_hours_spent=None if place > 5 else 3.7 * (place + 1),
            gpu_hours_planned=4.4 * (place + 1) ** 2,
            last_change=None if place == 7 else START + timedelta(days=4.3 * place, hours=3),
        )
        for place, ((name, question), (runs, evaluations)) in enumerate(zip(NAMES, COUNTS, strict=True))
    ]
    return Overview(
        experiments=tuple(reversed(lines)),
        cut=None,
        experiments_total=len(lines),
        runs=Counts(pending=18, running=8, completed=31, failed=4),
        evaluations=Counts(pending=75, running=1, completed=76, failed=8),
        gpu_hours_spent=sum(line.gpu_hours_spent or 0 for line in lines),
        gpu_hours_planned=sum(line.gpu_hours_planned or 0 for line in lines),
        models=MODELS,
    )


def run_line(place: int, task: str | None = None) -> RunLine:
    """A run of the experiment, or its evaluation on a task."""
    status = STATUSES[place % len(STATUSES)]
    model, rank = MODELS[place // 3 % 3], RANKS[place % 3]
    over = status in ("completed", "failed")
    predicted = 60.0 * (16 + 21 * (place // 3)) / (9 if task else 1)
    actual = predicted * (1 + 0.35 * noise(place + (3 if task else 0)))
    measured = not task and status != "pending"
    return RunLine(
        anchor=f"run-{place}" + (f"-{task}" if task else ""),
        run_name=f"{model}_rank{rank}",
        task=task,
        epoch="0" if task else None,
        type="Fine-tuned",
        model=model,
        lora_rank=rank,
        batch_size=4,
        status=status,
        job_id=None if status == "pending" else str(48151623 + place),
        started=None if status == "pending" else f"{START + timedelta(minutes=7 * place):%Y-%m-%d %H:%M:%S}",
        completed=f"{START + timedelta(minutes=70 + 9 * place):%Y-%m-%d %H:%M:%S}" if over else None,
        notes="OUT_OF_MEMORY on node gpu-07; batch size 4 needs 83 GiB" if status == "failed" else None,
        outcome="oom_gpu" if status == "failed" else status,
        predicted_seconds=predicted,
        p90_seconds=predicted * 1.3,
        actual_seconds=actual if over else None,
        seconds_per_step=0.42 * (1 + place // 3) if measured else None,
        tokens_per_second_per_gpu=5230.0 / (1 + place // 3) if measured else None,
        peak_gpu_mem_gib=21.5 * (1 + place // 3) if measured else None,
        gpus=1,
        gpu_type="NVIDIA H100",
        gpu_hours=actual / 3600 if over else None,
    )


def bars() -> tuple[Bar, ...]:
    """Starts of jobs, one of them the second try of what failed."""
    made = []
    for place in range(9):
        row = run_line(place)
        if row.status == "pending":
            continue
        start = START + timedelta(minutes=7 * place)
        end = None if row.status == "running" else start + timedelta(seconds=row.actual_seconds or 600)
        made.append(_bar(row, start, end, row.status or "running"))
        if row.status == "failed":
            again = start + timedelta(minutes=50)
            made.append(_bar(row, again, again + timedelta(minutes=31), "completed", attempt=2))
    return tuple(made)


def _bar(row: RunLine, start: datetime, end: datetime | None, outcome: str, attempt: int = 1) -> Bar:
    return Bar(
        label=row.label,
        run_name=row.run_name,
        task=None,
        epoch=None,
        attempt=attempt,
        job=row.job_id,
        start=start,
        end=end,
        outcome=outcome,
        evidence="sacct: OUT_OF_MEMORY" if outcome == "failed" else None,
    )


def events() -> tuple[Event, ...]:
    """The plan, its seal, and what the jobs went through."""
    made = [
        Event(
            at=START - timedelta(hours=5), kind="design", words="design: cap_8L_lora_comparison", who="Ada"
        ),
        Event(
            at=START - timedelta(minutes=3),
            kind="seal",
            words="the plan was sealed as 5b0c12ab77e0",
            who="Ada",
        ),
    ]
    for bar in bars():
        made.append(_event(bar, bar.start, "pending", "running"))
        if bar.end:
            made.append(_event(bar, bar.end, "running", bar.outcome))
    return tuple(sorted(made, key=lambda event: event.at))


def _event(bar: Bar, at: datetime, before: str, after: str) -> Event:
    words = f"{before} -> {after}"
    return Event(
        at=at,
        kind="status",
        words=words,
        run=bar.run_name,
        from_status=before,
        to_status=after,
        by="sacct",
        evidence=f"sacct {bar.job}|{after.upper()}",
        who="Ada Lovelace",
        commit="1f2e3d4",
    )


def curves(number: int = 9) -> tuple[LossCurve, ...]:
    """Losses that fall, with validation every 200 steps."""
    return tuple(_curve(place) for place in range(number))


def _curve(place: int) -> LossCurve:
    def loss(step: int) -> float:
        return 0.35 + 0.06 * place + 1.9 * math.exp(-step / (120 + 25 * place))

    train = tuple(LossPoint(n, loss(n) * (1 + 0.06 * noise(n + place))) for n in range(1, 1001, 8))
    validation = tuple(LossPoint(n, loss(n) * 1.12) for n in range(200, 1001, 200)) if place < 3 else ()
    return LossCurve(run_name=run_line(place).run_name, train=train, validation=validation, points_total=1000)


def experiment(number: int = 0) -> ExperimentPage:
    """A page with all there can be; of the last experiment one with nothing but a document."""
    (name, question), (_, evaluations) = NAMES[number], COUNTS[number]
    bare = number == len(NAMES) - 1
    rows = [run_line(place) for place in range(9)]
    tested = [run_line(place, task) for place in range(9) for task in ("capitalization", "words_unseen")]
    return ExperimentPage(
        name=name,
        question=question,
        type="parameter sweep",
        created=f"{name[-10:]} 14:23:15",
        runs=Counts() if bare else Counts(pending=1, running=2, completed=5, failed=1),
        evaluations=evaluations if bare else Counts(pending=2, running=4, completed=10, failed=2),
        gpu_hours_spent=None if bare else 5.37,
        gpu_hours_planned=None if bare else 8.1,
        last_change=None if bare else START + timedelta(hours=3),
        rows=() if bare else (*rows, *tested),
        rows_cut=None,
        events=() if bare else events(),
        events_cut=None,
        gantt=() if bare else bars(),
        gantt_cut=None,
        curves=() if bare else curves(),
        curves_cut=None,
        results=() if bare else results(),
        results_cut=None,
        summary_html=DOCUMENT,
        contents=(Link("Overview", "#overview"), Link("Models", "#models")),
        document_cut=None,
        data=(),
    )


def results() -> tuple[Result, ...]:
    """Accuracies of the runs that are over."""
    done = (run_line(place) for place in range(9) if run_line(place).status == "completed")
    return tuple(
        Result(
            run_name=row.run_name,
            task="capitalization",
            epoch="0",
            metric="accuracy",
            value=0.61 + 0.04 * place,
            error=0.021,
        )
        for place, row in enumerate(done)
    )


def estimates(number: int = 40) -> AccuracyPage:
    """Predictions of all tiers; some were far off, one job was stopped at its limit."""
    tiers = ("same setup", "same model and GPU", "typical values")
    points = []
    for place in range(number):
        median = 60.0 * (4 + place**1.5)
        spread = 0.15 + 0.25 * (place % 3)
        points.append(
            Graded(
                experiment=NAMES[place % 7][0],
                run_name=run_line(place % 9).run_name,
                task="capitalization" if place % 4 == 3 else None,
                epoch="0" if place % 4 == 3 else None,
                tier=tiers[place % 3],
                median_seconds=median,
                p90_seconds=median * (1 + 1.3 * spread),
                actual_seconds=median * math.exp(1.4 * spread * noise(place)),
                actual_from="scheduler",
                at_least=place == 31,
            )
        )
    links = {name: f"experiments/{name}.html" for name, _ in NAMES}
    return AccuracyPage(scores=scores(points), points=tuple(points), cut=None, links=links)


def throughput() -> ThroughputPage:
    """Setups of three models on two kinds of GPU."""
    lines = [
        ThroughputLine(
            model=model,
            gpu_type=gpu,
            n_gpus=1 if batch < 16 else 4,
            batch_size=batch,
            grad_accum=None if batch < 16 else 2,
            lora_rank=rank,
            packed=batch == 4,
            recipe="lora_finetune_single_device" if batch < 16 else "lora_finetune_distributed",
            jobs=1 + (batch + rank) % 5,
            tokens_per_second_per_gpu=tokens * (1 + batch / 40) / size,
            samples_per_second=batch * 2.1 / size,
            seconds_per_step=0.47 * size,
            slowest_seconds_per_step=0.51 * size,
            fastest_seconds_per_step=0.45 * size,
            peak_gpu_mem_gib=min(79.0, 9.5 * size + batch * 1.4),
        )
        for size, model in zip((1, 2.6, 6), MODELS, strict=True)
        for gpu, tokens in (("NVIDIA H100", 9800.0), ("NVIDIA A100", 5300.0))
        for batch, rank in ((16, 64), (4, 16))
    ]
    return ThroughputPage(lines=tuple(lines), cut=None, jobs=sum(line.jobs for line in lines))


def pages() -> dict[str, tuple[PageKind, Build, Page]]:
    """All pages of the site by their paths in it."""
    made: dict[str, tuple[PageKind, Build, Page]] = {
        "index.html": (PageKind.OVERVIEW, build(PageKind.OVERVIEW), overview()),
        "estimates.html": (PageKind.ESTIMATES, build(PageKind.ESTIMATES), estimates()),
        "throughput.html": (PageKind.THROUGHPUT, build(PageKind.THROUGHPUT), throughput()),
    }
    for number, (name, _) in enumerate(NAMES):
        path = f"experiments/{name}.html"
        made[path] = (PageKind.EXPERIMENT, build(PageKind.EXPERIMENT, 1), experiment(number))
    return made
