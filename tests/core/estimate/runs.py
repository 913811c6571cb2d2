"""Prior runs for the tests, with what each test is about named in it."""

from typing import Any

from ckreg.core.measure.measurement import Framework, Kind, Measurement, Outcome


def trained(**facts: Any) -> Measurement:  # noqa: ANN401  # any field of a measurement
    """A completed fine-tuning run of a 1B model with batch size 4."""
    given: dict[str, Any] = {
        "log_path": "slurm-1.out",
        "framework": Framework.TORCHTUNE,
        "kind": Kind.FINETUNE,
        "model": "Llama-3.2-1B-Instruct",
        "batch_size": 4,
        "packed": False,
        "seconds_per_step": 0.25,
        "outcome": Outcome.COMPLETED,
    }
    return Measurement(**(given | facts))


def evaluated(**facts: Any) -> Measurement:  # noqa: ANN401  # any field of a measurement
    """A completed evaluation of a 1B model."""
    given = {"kind": Kind.EVAL, "batch_size": None, "seconds_per_step": None}
    return trained(**(given | {"framework": Framework.INSPECT_AI} | facts))
