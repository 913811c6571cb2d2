"""Reads a log of any framework: the first reader that knows it."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from ckreg.core.measure.ends.epilogue import job_id_in
from ckreg.core.measure.measurement import Framework, Measurement
from ckreg.core.measure.parts.interleaved import untangled, without_what_is_shared
from ckreg.core.measure.parts.segments import split_runs
from ckreg.core.measure.parts.unwrap import unwrap, verbatim
from ckreg.core.measure.place import place_of
from ckreg.core.measure.readers import (
    bars,
    deepspeed,
    hf_trainer,
    inspect_ai,
    lightning,
    lm_eval,
    megatron,
    plain,
    torchtune,
    vllm,
)


class Reader(NamedTuple):
    """How one framework's logs are known and read; a log may hold several jobs."""

    sniff: Callable[[bytes], bool]
    read: Callable[[bytes, str], tuple[Measurement, ...]]


_READERS = (
    Reader(torchtune.sniff, torchtune.read),
    Reader(megatron.sniff, megatron.read),
    Reader(lightning.sniff, lightning.read),
    Reader(hf_trainer.sniff, hf_trainer.read),
    Reader(deepspeed.sniff, deepspeed.read),
    Reader(inspect_ai.sniff, inspect_ai.read),
    Reader(lm_eval.sniff, lm_eval.read),
    Reader(vllm.sniff, vllm.read),
    Reader(bars.sniff, bars.read),
    Reader(plain.sniff, plain.read),
)


def read_log(data: bytes, *, log_path: str) -> tuple[Measurement, ...]:
    """At least one measurement, whatever the bytes are; the path tells job, experiment and run."""
    text = unwrap(data)
    parts = split_runs(text)
    found = [
        (job_id, each)
        for part in parts
        for job_id in [job_id_in(part)]  # once a part: it may hold many runs
        for each in _read(part, log_path)
    ]
    told = [pair for pair in found if pair[1].framework is not Framework.NONE or pair[1].outcome_evidence]
    place = place_of(log_path)
    return tuple(
        replace(
            each,
            segment=segment,
            # A file's name has one id, and that of the first job where several were appended.
            job_id=(job_id if len(parts) > 1 else None) or place.job_id or job_id,
            array_task=place.array_task,
            experiment=place.experiment,
            run_name=place.run_name,
            outcome_evidence=each.outcome_evidence if text is data else verbatim(each.outcome_evidence, data),
        )
        for segment, (job_id, each) in enumerate(told or found[:1])
    )


def _read(text: bytes, log_path: str) -> tuple[Measurement, ...]:
    reader = next(reader for reader in _READERS if reader.sniff(text))
    streams = untangled(text)
    if streams == (text,):
        return reader.read(text, log_path)
    return tuple(without_what_is_shared(each) for one in streams for each in reader.read(one, log_path))
