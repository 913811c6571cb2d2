import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.losses import Loss, LossKind, best_epoch, parts_of, read_losses, read_trainer_state, thinned
from ckreg.core.losses.files import metric_logs, trainer_states

TRAIN, VALIDATION = LossKind.TRAIN, LossKind.VALIDATION


def test_torchtunes_bars_tell_the_loss_of_every_step_the_last_drawn_counting() -> None:
    log = b"\r1|1|Loss: 2.5: 50%|###| 1/2 [00:01<00:01]\r1|2|Loss: 2.25: \r1|2|Loss: 2.0: \r2|3|Loss: 1e-1: "
    assert read_losses(log) == (
        Loss(TRAIN, 1, 2.5, 0.0),
        Loss(TRAIN, 2, 2.0, 0.0),
        Loss(TRAIN, 3, 0.1, 1.0),
    )


def test_torchtunes_loggers_tell_losses_of_training_and_validation() -> None:
    log = (
        b"Step 10 | loss:5.427471160888672 lr:0.0015 tokens_per_second_per_gpu:1200.5 \n"
        b"Step 20 | loss:4.9 lr:0.003 \nStep 20 | val_loss:4.75 \nStep 30 | loss:nan lr:0.1 \n"
    )
    assert read_losses(log) == (
        Loss(TRAIN, 10, 5.427471160888672),
        Loss(TRAIN, 20, 4.9),
        Loss(VALIDATION, 20, 4.75),
    )


def test_a_line_of_the_validation_is_about_the_step_of_the_bar_before_it() -> None:
    log = b"\r1|40|Loss: 4.24: 25%|##| 40/160 [00:00<00:01]INFO:torchtune:Validation loss: 4.2852\n"
    assert read_losses(log) == (Loss(TRAIN, 40, 4.24, 0.0), Loss(VALIDATION, 40, 4.2852, 0.25))


def test_a_trainers_dictionaries_tell_epochs_of_which_steps_are_made() -> None:
    log = (
        b"{'loss': 5.2, 'grad_norm': 0.3, 'learning_rate': 0.002, 'epoch': 0.5}\n"
        b"100%|##| 160/160{'eval_loss': '5.1', 'eval_runtime': '0.08', 'epoch': '1'}\n"
        b"{'loss': '4.9', 'grad_norm': '0.4', 'epoch': '1'}\n{'train_runtime': 4.9, 'train_loss': 5.3}\n"
    )
    assert read_losses(log, steps_per_epoch=160) == (
        Loss(TRAIN, 80, 5.2, 0.5),
        Loss(TRAIN, 160, 4.9, 1.0),
        Loss(VALIDATION, 160, 5.1, 1.0),
    )
    assert [loss.step for loss in read_losses(log)] == [1, 2, 1]


def test_lightnings_bars_tell_the_step_within_the_epoch() -> None:
    log = (
        b"\rEpoch 0:  50%|#####     | 5/10 [00:01<00:01,  4.00it/s, v_num=0, train_loss=2.5]"
        b"\rEpoch 1: 100%|##########| 10/10 [00:02<00:00,  4.00it/s, v_num=0, train_loss=1.5, val_loss=1.75]"
    )
    assert read_losses(log) == (
        Loss(TRAIN, 5, 2.5, 0.5),
        Loss(TRAIN, 20, 1.5, 2.0),
        Loss(VALIDATION, 20, 1.75, 2.0),
    )


def test_a_trainers_state_has_losses_with_their_steps() -> None:
    history = [
        {"epoch": 0.5, "loss": 5.25, "step": 10},
        {"epoch": 1.0, "eval_loss": 5.0, "step": 20},
        {"epoch": 1.0, "loss": float("nan"), "step": 20},
        {"loss": 4.0, "step": "many"},
        "no entry",
    ]
    assert read_trainer_state(json.dumps({"log_history": history})) == (
        Loss(TRAIN, 10, 5.25, 0.5),
        Loss(VALIDATION, 20, 5.0, 1.0),
    )
    for other in ("", "[]", "{}", '{"log_history": 3}', "[" * 100_000):
        assert read_trainer_state(other) == ()


def test_a_log_of_several_jobs_has_a_part_for_each_or_none_where_that_cannot_be_told() -> None:
    job = (
        b"INFO:torchtune.utils._logging:Running LoRA with resolved config:\n\nepochs: 1\n\r1|1|Loss: 2.5: \n"
    )
    assert [len(read_losses(part)) for part in parts_of(job * 2, 2)] == [1, 1]
    assert parts_of(job * 2, 3) == ()


def validated(*told: tuple[int, float, float | None]) -> list[Loss]:
    return [Loss(VALIDATION, step, loss, epoch) for step, loss, epoch in told]


@pytest.mark.parametrize(
    ("losses", "best"),
    [
        # The last of each epoch: 4.1, 3.9 and 4.0; 3.5 was in the middle of the first.
        (validated((5, 3.5, 0.5), (10, 4.1, 1.0), (20, 3.9, 2.0), (25, 3.0, 2.5), (30, 4.0, 3.0)), 1),
        (validated((10, 4.0, 1.0), (20, 4.0, 2.0)), 0),
        (validated((10, 4.0, None)), None),
        (validated((10, 4.0, math.inf)), None),
        ([Loss(TRAIN, 10, 4.0, 1.0)], None),
        ([], None),
    ],
)
def test_the_best_epoch_has_the_least_last_loss_of_its_validation(
    losses: list[Loss], best: int | None
) -> None:
    assert best_epoch(losses) == best


def test_the_best_epoch_of_a_real_log(shared: Path) -> None:
    """Read by hand: its epochs end with validation losses of 4.2440 and 4.218."""
    log = shared / "logs/own/torchtune/runval-ck-nightly-recipe-wandb/slurm-1265.out"
    assert best_epoch(read_losses(log.read_bytes())) == 1


def test_files_that_tell_more_are_looked_for_where_the_log_says_and_beside_it() -> None:
    log = b"Writing logs to /old/out/logs/log_17.txt\nSaving model checkpoint to /out/checkpoint-20\n"
    assert list(metric_logs(log, "/new/run/slurm-1.out")) == [
        "/old/out/logs/log_17.txt",
        "/new/run/logs/log_17.txt",
        "/new/run/log_17.txt",
    ]
    assert list(trainer_states(log)) == ["/out/trainer_state.json", "/out/checkpoint-20/trainer_state.json"]
    assert not list(metric_logs(b"Writing logs to /etc/passwd\n", "/x/slurm-1.out"))


def test_a_thinned_curve_keeps_both_ends_and_every_stretchs_extremes() -> None:
    # 10 steps to 6 points: the ends, and of steps 2-5 and 6-9 the least and the greatest.
    values = [9, 8, 3, 7, 6, 5, 5.5, 1, 4, 0]
    losses = [Loss(TRAIN, step, float(value)) for step, value in enumerate(values, 1)]
    assert [loss.step for loss in thinned(losses, 6)] == [1, 2, 3, 7, 8, 10]


@given(st.lists(st.floats(0, 10), max_size=700))
def test_thinned_curves_are_short_in_order_and_keep_the_extremes(values: list[float]) -> None:
    losses = [Loss(TRAIN, step, value) for step, value in enumerate(values)]
    kept = thinned(losses)
    assert len(kept) <= 200
    assert list(kept) == sorted(set(kept), key=lambda loss: loss.step)
    if values:
        told = [loss.loss for loss in kept]
        assert (min(told), max(told)) == (min(values), max(values))


@given(st.binary(max_size=300))
def test_any_bytes_give_finite_losses(data: bytes) -> None:
    for line in (data, b"1|2|Loss: " + data, b"Step 1 | " + data, b"{'loss': " + data + b", 'epoch': 1}"):
        assert all(math.isfinite(loss.loss) for loss in read_losses(line, 10.0))
