"""The budget in the journal: inputs, formula, result, and every cut."""

from dataclasses import replace

from ckreg.core import journal
from ckreg.core.plan.budget import Cut, Limits, budget_of, walls_of
from ckreg.core.plan.budget_entry import budget_entry
from tests.core.plan.helpers import NOW, basis, planned, sheet


def test_the_entry_can_be_worked_again() -> None:
    made = sheet(planned(), basis())
    text = journal.render([budget_entry(NOW, made.forecast, made.budget)])
    head, *lines = text.rstrip("\n").split("\n")
    assert head == "[2025-10-22 14:23:15] CALCULATE_BUDGET: Budget of the whole plan"
    fields = dict(line.split(": ", 1) for line in lines)
    assert list(fields) == ["Input", "Limits", "Calculation", "Result", "Explanation"]
    assert fields["Input"] == (
        "2 trainings × 1 GPU × 960 s (p90 1440 s); 3 evaluations × 1 GPU × 120 s (p90 180 s)"
    )
    assert fields["Limits"] == "max_gpu_hours not set, max_submit not set, free disk not known"
    assert fields["Result"].startswith("training 0.53 (9 of 10 within 0.79) GPU hours; evaluation 0.10 (")
    assert "~38 min one after the other, 18 min all at once" in fields["Result"]
    assert fields["Explanation"] == "Within every limit that is known"


def test_every_cut_is_in_the_journal() -> None:
    forecast = sheet(planned(), basis()).forecast
    limits = Limits(0.5, 4, 10.0)
    cuts = tuple(Cut(f"lora_rank without {rank}", 0.3, 2, 6.0, rank > 4) for rank in range(20))
    budget = replace(budget_of(forecast, limits), walls=walls_of(forecast, limits, None), cuts=cuts)
    fields = budget_entry(NOW, forecast, budget).fields
    told = [value for key, value in fields if key == "Cut"]
    assert told[0] == "lora_rank without 0: saves 0.30 GPU hours, 2 jobs, 6.0 GiB, not enough"
    assert told[-1].endswith(", enough")
    assert len(told) == 20
    assert fields[-1] == ("Explanation", "Over max_gpu_hours, max_submit, free disk")
