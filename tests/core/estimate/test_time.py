"""Times worked by hand from the formula of the design."""

import math
from dataclasses import replace

import pytest

from ckreg.core.estimate import EvaluationRequest, Tier, TrainingRequest, evaluation_time, training_time
from ckreg.core.measure.measurement import Outcome
from ckreg.errors import UsageError
from tests.core.estimate.runs import evaluated, trained

SEED_EXAMPLE = TrainingRequest("Llama-3.2-1B-Instruct", "lora", batch_size=4, samples=8000, epochs=2)


def test_the_seeds_own_example_is_about_sixteen_minutes() -> None:
    # 8000 / 4 = 2000 steps; 2000 / 4.34 = 460.83 s an epoch; x 2 = 921.7 s, and 60 s of start-up assumed.
    found = training_time(SEED_EXAMPLE, [trained(seconds_per_step=1 / 4.34)])
    assert found.median_seconds == pytest.approx(981.7, abs=0.1)
    assert found.inputs.startswith("8000 samples, batch_size=4, speed=4.34 it/s, epochs=2")
    steps, _, times = found.calculation.partition(", ")
    assert steps == "steps_per_epoch = 8000/4 = 2000"
    assert times.startswith("time_per_epoch = 2000/4.34 ≈ 461s ≈ 8 min")
    assert found.result.startswith("Estimated 16 min total (8 min")
    assert found.tier is Tier.SAME_SETUP
    assert not found.preliminary


def test_every_part_of_the_formula_counts() -> None:
    # ceil(1001 / (2 x 3 x 2)) = 84 steps of 0.5 s = 42 s; + 10 s checkpoint; x 3 epochs = 156 s; + 20 s.
    request = TrainingRequest("M-1B", batch_size=2, grad_accum=3, gpus=2, samples=1001, epochs=3)
    prior = trained(
        model="M-1B",
        batch_size=2,
        grad_accum=3,
        n_gpus=2,
        seconds_per_step=0.5,
        startup_seconds=20.0,
        checkpoint_seconds=10.0,
    )
    found = training_time(request, [prior])
    assert found.median_seconds == 176.0
    assert "1001/2/3/2 = 84" in found.calculation


def test_validation_takes_the_training_rate_over_two_and_a_half() -> None:
    # 100 rows at 0.25 s = 25 s; validation 50 x 0.25 / 2.5 = 5 s; start-up 10 s.
    request = TrainingRequest("M-1B", batch_size=4, samples=100, validation=True, validation_samples=50)
    prior = trained(model="M-1B", batch_size=4, seconds_per_step=1.0, startup_seconds=10.0)
    assert training_time(request, [prior]).median_seconds == 40.0


def test_speed_is_the_median_of_the_runs() -> None:
    priors = [trained(seconds_per_step=seconds, startup_seconds=10.0) for seconds in (0.1, 0.2, 0.9)]
    assert training_time(SEED_EXAMPLE, priors).median_seconds == 10 + 2 * 2000 * 0.2


def test_a_run_on_a_sick_node_does_not_move_the_median() -> None:
    well = [trained(seconds_per_step=seconds) for seconds in (0.24, 0.25, 0.25, 0.26, 0.27)]
    before, after = (
        training_time(SEED_EXAMPLE, runs) for runs in (well, [*well, trained(seconds_per_step=5)])
    )
    assert after.median_seconds == pytest.approx(before.median_seconds, rel=0.03)


def test_a_setup_that_disagrees_with_all_others_counts_less() -> None:
    # Six batch sizes at 16 samples a second, and one, measured once, at 1.6.
    sizes = (1, 2, 6, 8, 12, 16)
    well = [trained(batch_size=size, seconds_per_step=size / 16, experiment=str(size)) for size in sizes]
    sick = trained(batch_size=3, seconds_per_step=3 / 1.6, experiment="sick")
    found = training_time(SEED_EXAMPLE, [*well, sick])
    assert found.median_seconds == pytest.approx(60 + 2 * 8000 / 16, rel=0.15)


def test_contradictory_runs_are_between_each_other_and_wide() -> None:
    agreeing = training_time(SEED_EXAMPLE, [trained(seconds_per_step=0.25)] * 2)
    fast, slow = (trained(seconds_per_step=seconds, experiment=str(seconds)) for seconds in (0.1, 0.6))
    found = training_time(SEED_EXAMPLE, [fast, slow])
    assert 60 + 4000 * 0.1 < found.median_seconds < 60 + 4000 * 0.6
    assert found.p90_seconds / found.median_seconds > 1.5 * agreeing.p90_seconds / agreeing.median_seconds
    assert "prior runs disagree" in found.inputs
    assert "disagree" not in agreeing.inputs


def test_p90_of_one_identical_run_is_what_is_usual() -> None:
    # Speed: 2 (0.1^2 + 0.15^2) = 0.065 over 1000 of 1010 s; start-up: 2 (0.15^2 + 0.15^2) = 0.09 over 10 of
    # 1010 s. sigma^2 = 0.065 (1000/1010)^2 + 0.09 (10/1010)^2 = 0.06373; exp(1.2816 x 0.25245) = 1.3820.
    found = training_time(SEED_EXAMPLE, [trained(seconds_per_step=0.25, startup_seconds=10.0)])
    assert found.median_seconds == 1010.0
    assert found.p90_seconds / found.median_seconds == pytest.approx(1.3820, abs=0.001)


def test_p90_widens_as_runs_get_fewer_and_further_away() -> None:
    def width(*priors: object) -> float:
        found = training_time(SEED_EXAMPLE, priors)  # type: ignore[arg-type]  # measurements all
        return found.p90_seconds / found.median_seconds

    same = trained(seconds_per_step=0.25)
    other_batch = trained(seconds_per_step=0.25, batch_size=8)
    other_model = trained(seconds_per_step=0.25, model="Llama-3.2-3B-Instruct")
    assert width(*[same] * 9) < width(same, same) < width(same) < width(other_batch) < width(other_model)


def test_request_is_the_95th_percentile_rounded_up_to_five_minutes() -> None:
    # sigma^2 = 0.065 (921.7/981.7)^2 + 0.5^2 (60/981.7)^2 = 0.05823; 981.7 s x exp(1.6449 x 0.24131)
    # = 1460 s: 24.3 min, rounded up 25.
    assert training_time(SEED_EXAMPLE, [trained(seconds_per_step=1 / 4.34)]).request == "0:25:00"


def test_same_model_scales_by_samples_per_second() -> None:
    # Batch 8 at 0.8 s a step: 0.1 s a sample; 8000 samples x 2 epochs x 0.1 = 1600 s, + 60.
    found = training_time(SEED_EXAMPLE, [trained(batch_size=8, seconds_per_step=0.8)])
    assert (found.tier, found.median_seconds) == (Tier.SAME_MODEL, 1660.0)


def test_other_models_scale_by_their_parameters() -> None:
    # A 3B run of 0.3 s a sample: 0.1 s for a 1B model; 1600 s, + 60.
    prior = trained(model="Llama-3.2-3B-Instruct", batch_size=4, seconds_per_step=1.2)
    found = training_time(SEED_EXAMPLE, [prior])
    assert found.tier is Tier.ACROSS
    assert found.median_seconds == pytest.approx(1660.0)
    assert found.preliminary
    assert "scaled by the models' parameters" in found.inputs


def test_two_sizes_tell_how_speed_grows_with_size() -> None:
    # 0.5B and 2B runs of 0.05 and 0.1 s a sample. A 1B model lies in the middle between them, whatever the
    # slope: sqrt(0.05 x 0.1) s.
    small = trained(model="M-0.5B", batch_size=4, seconds_per_step=0.2)
    large = trained(model="M-2B", batch_size=4, seconds_per_step=0.4)
    found = training_time(SEED_EXAMPLE, [small, large])
    assert found.median_seconds == pytest.approx(60 + 16000 * math.sqrt(0.05 * 0.1), rel=0.001)
    assert (found.tier, found.preliminary) == (Tier.ACROSS, False)


def test_the_fitted_slope_carries_beyond_the_sizes_measured() -> None:
    # Many sizes say that seconds per sample grow as size^0.6, which is 0.139 s at 8B; the expected slope of 1
    # would say 0.32 s from the 1B model.
    sizes = (0.25, 0.5, 1, 2)
    runs = [
        trained(model=f"M-{size}B", batch_size=4, seconds_per_step=4 * 0.04 * size**0.6, experiment=str(size))
        for size in sizes
        for _ in range(5)
    ]
    request = TrainingRequest("M-8B", "lora", batch_size=4, samples=8000, epochs=2)
    per_sample = (training_time(request, runs).median_seconds - 60) / 16000
    assert per_sample == pytest.approx(0.04 * 8**0.6, rel=0.25)


def test_a_gpu_on_which_other_models_ran_is_known_by_them() -> None:
    # The H100 takes half the A100's time for M-3B, so for M-1B as well: 0.25 s a step becomes 0.125 s.
    runs = [
        trained(gpu_type="A100"),
        trained(gpu_type="A100", model="M-3B", seconds_per_step=0.8),
        trained(gpu_type="H100", model="M-3B", seconds_per_step=0.4),
    ]
    asked = TrainingRequest("Llama-3.2-1B-Instruct", "lora", 4, 8000, gpu_type="H100")
    found, alone = training_time(asked, runs), training_time(asked, runs[:1])
    assert found.median_seconds == pytest.approx(60 + 2000 * 0.125, rel=0.1)
    assert (found.preliminary, alone.preliminary) == (False, True)
    assert alone.p90_seconds / alone.median_seconds > found.p90_seconds / found.median_seconds


def test_max_steps_and_drop_last_end_an_epoch() -> None:
    # ceil(1001 / 4) = 251 steps, 250 without the last batch, 100 at most: 1 s each, + 10 s start-up.
    priors = [trained(seconds_per_step=1.0, startup_seconds=10.0)]
    base = {"model": "Llama-3.2-1B-Instruct", "batch_size": 4, "samples": 1001}
    times = [
        training_time(TrainingRequest(**base, **more), priors).median_seconds  # type: ignore[arg-type]  # see base
        for more in ({}, {"drop_last": True}, {"max_steps_per_epoch": 100})
    ]
    assert times == [261.0, 260.0, 110.0]


def test_packed_runs_take_the_ratio_that_packed_prior_runs_show() -> None:
    # 1920 samples went through 80 x 4 = 320 rows: 6 samples a row. ceil(8000 / 6) = 1334 rows, 334 steps
    # of 0.5 s, x 2 epochs, + 60 s.
    prior = trained(packed=True, samples_total=1920, epochs=2, steps_total=160, seconds_per_step=0.5)
    request = TrainingRequest("Llama-3.2-1B-Instruct", batch_size=4, samples=8000, epochs=2, packed=True)
    found = training_time(request, [prior])
    assert (found.tier, found.median_seconds) == (Tier.SAME_SETUP, 394.0)
    assert "6 samples in a packed row" in found.inputs


def test_unpacked_runs_tell_of_packed_ones_what_their_samples_take() -> None:
    # 0.0625 s a sample; the ratio cancels out, but for an efficiency of exp(-0.1): 16000 samples take 905 s.
    request = TrainingRequest("Llama-3.2-1B-Instruct", batch_size=4, samples=8000, epochs=2, packed=True)
    found = training_time(request, [trained(startup_seconds=10.0)])
    assert found.tier is Tier.ACROSS
    assert found.median_seconds == pytest.approx(10 + 905, rel=0.003)


def test_packing_nobody_measured_is_typical_and_widens() -> None:
    # sqrt(2 x 4) = 2.83 samples a row: ceil(8000 / 2.83) = 2829 rows, 708 steps of 0.5 s, x 2, + 60 s.
    request = TrainingRequest("Llama-3.2-1B-Instruct", batch_size=4, samples=8000, epochs=2, packed=True)
    found = training_time(request, [trained(packed=True, seconds_per_step=0.5)])
    assert found.median_seconds == 768.0
    assert "typically 2 to 4" in found.inputs
    assert found.p90_seconds / found.median_seconds > 1.3


def test_without_prior_runs_the_seeds_ranges() -> None:
    # 1B: 30 to 60 min an epoch, middle sqrt(30 x 60) = 42.43 min; 2 epochs = 5091 s; + 60 s.
    found = training_time(SEED_EXAMPLE, [])
    assert found.median_seconds == pytest.approx(5151.2, abs=0.1)
    assert found.preliminary
    assert found.tier is Tier.TABLE
    assert found.basis == ()
    assert found.result.endswith("(preliminary - verify with test run)")


@pytest.mark.parametrize(
    ("model", "p90_hours"),
    [
        ("Qwen2.5-0.5B", 1),
        ("Llama-3.2-1B-Instruct", 1),
        ("Llama-3.2-3B", 2),
        ("Llama-3.1-8B", 5),
        ("mystery", 5),
    ],
)
def test_the_seeds_upper_end_is_the_90th_percentile(model: str, p90_hours: float) -> None:
    found = training_time(TrainingRequest(model), [])
    assert found.p90_seconds == pytest.approx(3600 * p90_hours, rel=0.03)  # start-up besides


def test_a_model_of_unknown_size_says_so() -> None:
    assert "unknown size" in training_time(TrainingRequest("mystery"), []).inputs


def test_a_run_that_was_cut_off_counts_by_its_speed_and_as_at_least() -> None:
    # By its speed 60 + 2 x 2000 x 0.1 = 460 s; but a job of as many steps had not finished after 3600 s.
    prior = trained(
        seconds_per_step=0.1,
        steps_total=4000,
        steps_done=1000,
        elapsed_seconds=3600.0,
        outcome=Outcome.TIMEOUT,
    )
    found = training_time(SEED_EXAMPLE, [prior])
    assert found.median_seconds == 460.0
    assert found.p90_seconds == 3600.0
    assert "cut off after 1 h 00 min" in found.inputs
    assert found.request == "1:00:00"


def test_one_run_in_ten_that_was_cut_off_is_within_the_90th_percentile() -> None:
    well = [trained(log_path=f"{number}.out", steps_total=4000) for number in range(9)]
    hung = trained(steps_total=4000, elapsed_seconds=90_000.0, outcome=Outcome.TIMEOUT)
    assert training_time(SEED_EXAMPLE, [*well, hung]).p90_seconds < 3600
    assert training_time(SEED_EXAMPLE, [*well[:8], hung]).p90_seconds == 90_000


def test_runs_on_a_gpu_that_nobody_knows_are_said_to_be() -> None:
    request = TrainingRequest("Llama-3.2-1B-Instruct", "lora", 4, 8000, gpu_type="H100")
    assert "no prior run tells on which GPU" in training_time(request, [trained()]).inputs
    assert "which GPU" not in training_time(request, [trained(gpu_type="H100")]).inputs


def test_a_cancelled_run_without_a_speed_tells_nothing() -> None:
    prior = trained(seconds_per_step=None, elapsed_seconds=50.0, outcome=Outcome.CANCELLED)
    assert training_time(SEED_EXAMPLE, [prior]).preliminary


def test_names_the_runs_it_rests_on() -> None:
    found = training_time(SEED_EXAMPLE, [trained(log_path="b.out", run_name="b"), trained(log_path="a.out")])
    assert [run.log_path for run in found.basis] == ["a.out", "b.out"]


@pytest.mark.parametrize("bad", [0, -1, math.nan, math.inf, 10**30])
@pytest.mark.parametrize("name", ["batch_size", "samples", "epochs", "gpus", "grad_accum", "gpu_memory_gib"])
def test_numbers_that_are_not_positive_are_refused(name: str, bad: float) -> None:
    with pytest.raises(UsageError, match=name):
        TrainingRequest("M-1B", **{name: bad})  # type: ignore[arg-type]  # what a person may type


def test_useless_measurements_are_passed_over() -> None:
    broken = [trained(seconds_per_step=bad) for bad in (None, 0.0, math.nan, -1.0)]
    assert training_time(SEED_EXAMPLE, broken).preliminary


def test_evaluation_from_prior_evaluations_of_the_task() -> None:
    # 5 s start-up + 200 samples x 0.5 s.
    prior = evaluated(dataset="cap_8L", samples_per_second=2.0, startup_seconds=5.0)
    found = evaluation_time(EvaluationRequest("Llama-3.2-1B-Instruct", "cap_8L", 200), [prior])
    assert (found.median_seconds, found.tier) == (105.0, Tier.SAME_SETUP)


def test_evaluations_tell_their_start_up_by_their_whole_time() -> None:
    # Of 20 s, 20 samples at 0.5 s took 10: 10 s start-up, and 40 x 0.5 = 20 s.
    prior = evaluated(dataset="cap_8L", samples_per_second=2.0, samples_done=20, elapsed_seconds=20.0)
    found = evaluation_time(EvaluationRequest("Llama-3.2-1B-Instruct", "cap_8L", 40), [prior])
    assert found.median_seconds == 30.0


def test_a_job_that_left_a_log_and_a_file_of_inspect_counts_once() -> None:
    # The job: 30 s start-up, 20 samples x 0.5 s; its own .eval file begins with the samples: 10 s in all.
    job = evaluated(
        log_path="/s/ck-out-r/eval/cap/slurm-7_0.out",
        job_id="7_0",
        dataset="cap_8L",
        samples_per_second=2.0,
        startup_seconds=30.0,
    )
    own = evaluated(dataset="cap_8L", samples_per_second=2.0, samples_done=20, elapsed_seconds=10.0)
    file = replace(own, log_path="/s/ck-out-r/eval/cap/logs/7_0/2026_cap.eval")
    other = replace(own, log_path="/s/ck-out-r/eval/cap/logs/8/2026_cap.eval")
    request = EvaluationRequest("Llama-3.2-1B-Instruct", "cap_8L", 40)
    found = evaluation_time(request, [job, file])
    assert (found.median_seconds, [run.job_id for run in found.basis]) == (50.0, ["7_0"])
    assert len(evaluation_time(request, [job, other]).basis) == 2
    assert [run.log_path for run in evaluation_time(request, [file]).basis] == [file.log_path]


def test_evaluation_of_the_model_in_another_task() -> None:
    prior = evaluated(dataset="other", samples_per_second=2.0, startup_seconds=5.0)
    found = evaluation_time(EvaluationRequest("Llama-3.2-1B-Instruct", "cap_8L", 200), [prior])
    assert (found.median_seconds, found.tier) == (105.0, Tier.SAME_MODEL)


def test_evaluation_from_the_training_rate() -> None:
    # Training: 4 samples a step of 1 s; inference 2.5 times as fast: 0.1 s a sample; x 200 + 60 s assumed.
    prior = trained(batch_size=4, seconds_per_step=1.0)
    found = evaluation_time(EvaluationRequest("Llama-3.2-1B-Instruct", "cap_8L", 200), [prior])
    assert (found.median_seconds, found.tier) == (80.0, Tier.TRAINING_RATE)


def test_evaluation_without_samples_takes_what_the_task_took() -> None:
    prior = evaluated(dataset="cap_8L", elapsed_seconds=90.0)
    assert (
        evaluation_time(EvaluationRequest("Llama-3.2-1B-Instruct", "cap_8L"), [prior]).median_seconds == 90.0
    )


def test_evaluation_nobody_measured_takes_one_to_five_minutes() -> None:
    # sqrt(60 x 300) = 134.2 s.
    found = evaluation_time(EvaluationRequest("M", "cap_8L", 200), [])
    assert found.median_seconds == 134.2
    assert found.p90_seconds == pytest.approx(300, abs=0.5)
    assert found.preliminary


def test_four_gpus_take_a_quarter_of_the_steps_at_the_same_pace() -> None:
    # 8000 / (4 x 4 GPUs) = 500 steps of 0.25 s = 125 s, + 10 s start-up; one GPU: 2000 x 0.25 + 10 = 510 s.
    priors = [trained(startup_seconds=10.0)]
    one = TrainingRequest("Llama-3.2-1B-Instruct", "lora_finetune_single_device", 4, 8000)
    four = TrainingRequest("Llama-3.2-1B-Instruct", "lora_finetune_distributed", 4, 8000, gpus=4)
    assert training_time(one, priors).median_seconds == 510.0
    assert training_time(four, priors).median_seconds == 135.0


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), -5.0, 0.0])
def test_a_run_cut_off_after_no_sensible_time_sets_no_limit(seconds: float) -> None:
    request = TrainingRequest("Llama-3.2-1B-Instruct", samples=800, batch_size=4)
    cut = trained(outcome="timeout", steps_total=10, elapsed_seconds=seconds)
    found = training_time(request, [cut])
    assert "cut off" not in found.inputs
    assert 0 < found.p90_seconds < 1e6
