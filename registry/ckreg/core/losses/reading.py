"""Reads the losses of one job out of its log, whichever framework wrote it."""

import math
import re
from collections.abc import Iterator, Sequence

from ckreg.core.losses.values import Loss, LossKind
from ckreg.core.measure.parts.segments import split_jobs, split_runs
from ckreg.core.measure.parts.unwrap import unwrap

_NUMBER = rb"([+-]?\d{1,12}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?)"
# torchtune's bar: `1|509|Loss: 0.123:`, epochs from 1, steps over all epochs.
_TORCHTUNE_BAR = re.compile(rb"(\d{1,6})\|(\d{1,9})\|Loss: " + _NUMBER)
# What that bar shows behind the loss: `25%|##  | 40/160 [`, the steps of its epoch.
_TORCHTUNE_DONE = re.compile(
    rb"(\d{1,6})\|\d{1,9}\|Loss: [^|\r\n]{1,80}\|[^|\r\n]{0,200}\| (\d{1,9})/(\d{1,9}) \["
)
# torchtune's loggers: `Step 10 | loss:5.42 lr:0.0015 tokens_per_second_per_gpu:...`
_TORCHTUNE_STEP = re.compile(rb"Step (\d{1,9}) \| ([^\r\n]{1,2000})")
_LOGGED_LOSS = re.compile(rb"(?:^| )(val_)?loss:" + _NUMBER + rb"(?=\s|$)")
_VALIDATION_LINE = re.compile(rb"Validation loss: " + _NUMBER)
# The Trainer's dictionaries; transformers 5 writes the numbers as text.
_TRAINER_DICT = re.compile(rb"\{(?:'(eval_)?loss'): '?" + _NUMBER + rb"'?,[^{}\r\n]{0,2000}\}")
_TRAINER_EPOCH = re.compile(rb"'epoch': '?" + _NUMBER)
# Lightning's and other bars that tell the loss behind the time.
_EPOCH_BAR = re.compile(
    rb"Epoch (\d{1,6}):[^|\r\n]{0,80}\|[^|\r\n]{0,200}\| (\d{1,9})/(\d{1,9}) \[[^\]\r\n]{1,2000}\]?"
)
_BAR_LOSS = re.compile(rb"[ ,](val_|valid_|validation_)?(?:train_)?loss(?:_step|_epoch)?=" + _NUMBER)
_BANNER = b" with resolved config:"


def parts_of(data: bytes, jobs: int) -> Sequence[bytes]:
    """The parts of a log that has so many jobs; none where it cannot be told which part is whose."""
    text = unwrap(data)
    if jobs <= 1:
        return (text,)
    parts = [part for run in split_runs(text) for part in split_jobs(run, _BANNER)]
    return parts if len(parts) == jobs else ()


def read_losses(data: bytes, steps_per_epoch: float | None = None) -> tuple[Loss, ...]:
    """All losses of a job, in steps, those of training first.

    The Trainer's dictionaries tell epochs, not steps: `steps_per_epoch` makes steps of them; without it they
    are counted.
    """
    found = [*_torchtune(data), *_trainer(data, steps_per_epoch), *_bars(data)]
    # Of several losses at a step the last counts: a bar draws a step several times.
    last = {(loss.kind, loss.step): loss for loss in found if math.isfinite(loss.loss)}
    return tuple(sorted(last.values(), key=lambda loss: (loss.kind, loss.step)))


def _torchtune(data: bytes) -> Iterator[Loss]:
    if b"|Loss: " in data:
        for epoch, step, loss in _TORCHTUNE_BAR.findall(data):
            yield Loss(LossKind.TRAIN, int(step), float(loss), float(epoch) - 1)
        yield from _validations(data)
    if b"Step " in data:
        for step, told in _TORCHTUNE_STEP.findall(data):
            for validation, loss in _LOGGED_LOSS.findall(told):
                yield Loss(_kind(validation), int(step), float(loss))


def _validations(data: bytes) -> Iterator[Loss]:
    """A line of the validation's loss is about the step that the bar before it shows."""
    for match in _VALIDATION_LINE.finditer(data):
        before = data[max(0, match.start() - 4096) : match.start()]
        steps = _TORCHTUNE_BAR.findall(before)
        if steps:
            yield Loss(LossKind.VALIDATION, int(steps[-1][1]), float(match[1]), _epochs_done(before))


def _epochs_done(before: bytes) -> float | None:
    shown = _TORCHTUNE_DONE.findall(before)
    if not shown:
        return None
    epoch, done, total = map(int, shown[-1])
    return epoch - 1 + done / total if total else None


def _trainer(data: bytes, steps_per_epoch: float | None) -> Iterator[Loss]:
    trained = 0
    for match in _TRAINER_DICT.finditer(data) if b"loss': " in data else ():
        trained += match[1] is None
        told = _TRAINER_EPOCH.search(match[0])
        epoch = float(told[1]) if told else None
        step = trained if epoch is None or not steps_per_epoch else round(epoch * steps_per_epoch)
        yield Loss(_kind(match[1]), step, float(match[2]), epoch)


def _bars(data: bytes) -> Iterator[Loss]:
    if b"loss" not in data or b"Epoch " not in data:
        return
    for match in _EPOCH_BAR.finditer(data):
        epoch, done, total = (int(match[place]) for place in (1, 2, 3))
        for validation, loss in _BAR_LOSS.findall(match[0]):
            yield Loss(_kind(validation), epoch * total + done, float(loss), epoch + done / (total or 1))


def _kind(validation: bytes | None) -> LossKind:
    return LossKind.VALIDATION if validation else LossKind.TRAIN
