"""Every calculation and decision has its entry, in the words of the description's format."""

import shlex
from dataclasses import replace

from ckreg.core import journal
from ckreg.core.estimate import TrainingRequest
from ckreg.core.plan import entries
from tests.core.plan.helpers import NOW, basis, estimate, planned, sheet


def test_the_search_names_the_call_and_what_it_found() -> None:
    text = journal.render([entries.search_entry(NOW, [basis()], 22, indexed=True)])
    assert text == (
        "[2025-10-22 14:23:15] SEARCH_PRIOR_RUNS: Looking for similar experiments\n"
        "Command: ckreg index\n"
        "Result: 22 prior runs known, 1 similar: /scratch/ck-out-happy-narwhal/slurm-12345.out\n"
        "Explanation: Searching for prior SLURM logs to extract training speed data for estimates\n"
    )


def test_a_search_that_found_nothing_says_so() -> None:
    assert "Result: No prior runs found\n" in journal.render([entries.search_entry(NOW, [], 0, indexed=True)])
    assert "--no-index" in journal.render([entries.search_entry(NOW, [], 0, indexed=False)])


def test_the_search_quotes_how_estimates_did() -> None:
    made = entries.search_entry(NOW, [basis()], 22, indexed=True, score="so far 3 of 3 runs within")
    assert dict(made.fields)["Result"].endswith("slurm-12345.out; estimates: so far 3 of 3 runs within")


def test_the_basis_quotes_how_estimates_did() -> None:
    made = sheet(planned(), basis())
    scored = replace(made, score="so far 3 of 3 runs within")
    assert scored.basis == f"{made.basis}; so far 3 of 3 runs within"


def test_speed_time_and_disk_are_there_even_without_prior_runs() -> None:
    made = list(entries.calculation_entries(NOW, sheet(planned()).forecast))
    assert [entry.action for entry in made] == [
        *("EXTRACT_SPEED", "CALCULATE_TIME", "CALCULATE_DISK") * 2,
        "CALCULATE_TIME",
    ]
    assert [key for key, _ in made[1].fields] == ["Input", "Calculation", "Result", "Explanation"]
    assert dict(made[0].fields)["Result"] == "No prior run with a speed"


def test_the_speed_names_the_estimate_that_gives_it() -> None:
    first = next(entries.calculation_entries(NOW, sheet(planned(), basis()).forecast))
    fields = dict(first.fields)
    assert fields["Result"] == "Steady speed after warmup: 4.00 it/s"
    words = shlex.split(fields["Command"])
    assert words[:3] == ["ckreg", "estimate", "--explain"]
    assert words[words.index("--model") + 1] == "Llama-3.2-1B-Instruct"
    assert words[words.index("--lora-rank") + 1] == "4"
    assert "--packed" in words


def test_a_batch_size_that_was_estimated_has_its_calculation() -> None:
    request = sheet(planned(), basis()).forecast.training[0].request
    (entry,) = entries.batch_size_entries(NOW, [(request, estimate(960.0, basis()).batch_size)])
    assert entry.action == "CALCULATE_BATCH_SIZE"
    assert dict(entry.fields)["Calculation"] == "floor(4 x (80/30) x 0.7) = 7"


def test_decisions_have_their_reasons() -> None:
    made = list(entries.decision_entries(NOW, planned(), "4", "lora_finetune_single_device"))
    assert [entry.action for entry in made] == ["DECIDE_NAMING", "DECIDE_RECIPE", "DECIDE_BATCH_SIZE"]
    assert all([key for key, _ in entry.fields] == ["Decision", "Reasoning", "Explanation"] for entry in made)
    assert dict(made[0].fields)["Decision"] == "cap_8L_lora_comparison_2025-10-22"


def test_the_end_says_what_was_created() -> None:
    entry = entries.create_entry(NOW, planned(), "/r/experiment_summary.md")
    assert dict(entry.fields)["Result"] == "File created with 3 runs (2 fine-tuned + 1 controls)"


def test_a_batch_size_that_does_not_fit_is_told_with_what_to_do() -> None:
    forecast = sheet(planned(), basis()).forecast
    group = forecast.training[0]
    batch = replace(group.estimate.batch_size, advice="batch size 8 is more than is safe: take 2 x 4")
    told = replace(group, estimate=replace(group.estimate, batch_size=batch))
    made = list(entries.calculation_entries(NOW, replace(forecast, training=(told,), evaluation=())))
    assert [entry.action for entry in made][2:] == ["CALCULATE_DISK", "CALCULATE_BATCH_SIZE"]
    assert "2 x 4" in dict(made[-1].fields)["Explanation"]


def test_a_checkpoint_that_was_measured_on_disk_names_the_command() -> None:
    forecast = sheet(planned(), basis()).forecast
    group = forecast.training[0]
    disk = replace(group.estimate.disk, commands=("du -sk -- /a/epoch_1",), adapter_only=True)
    told = replace(group, estimate=replace(group.estimate, disk=disk))
    made = list(entries.calculation_entries(NOW, replace(forecast, training=(told,), evaluation=())))
    fields = dict(made[2].fields)
    assert fields["Command"] == "du -sk -- /a/epoch_1"
    assert fields["Input"] == "1 run, 2 epochs saved, adapters 2.5 GiB"


def test_the_call_gives_the_same_request_again() -> None:
    request = TrainingRequest("M-1B", "r", max_seq_len=2048, adapter_only=True)
    words = shlex.split(entries.estimate_call(request))
    assert words[words.index("--max-seq-len") + 1] == "2048"
    assert words[-1] == "--adapter-only"
