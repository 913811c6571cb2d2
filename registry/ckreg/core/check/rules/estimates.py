"""CK5xx: do the estimates say what they rest on, and does the plan fit the disk?"""

import re
from collections.abc import Iterator

from ckreg.core.check import words
from ckreg.core.check.rule import WARNING, Found, rule
from ckreg.core.check.subject import Subject

_TYPICAL = re.compile(
    r"\b(typical|estimated|guess\w*|no prior runs?|rule of thumb|assum\w+)\b", re.IGNORECASE
)
_HOURS = re.compile(r"~?(\d[\d,]{0,12}(?:\.(\d{1,6}))?)")


@rule("CK501", WARNING, "the estimates do not say what they rest on")
def no_basis(subject: Subject) -> Iterator[Found]:
    """A time is worth what it was made from: the prior runs by name, or typical values.

    Bad, line 3:

        ## Compute Estimates

        ### Training
        - **Total GPU hours:** 0.53

    Good:

        ## Compute Estimates

        ### Training
        - **Total GPU hours:** 0.53
        - **Basis:** prior runs of the same model: happy-narwhal (job 12345)
    """
    heading = subject.section("Compute Estimates", "Training")
    only_controls = bool(subject.summary.runs) and not subject.fine_tuned
    if heading and not only_controls and not subject.field("Basis", "Compute Estimates", "Training"):
        yield Found(heading.line, "the estimates say no 'Basis': add the prior runs, or how they were made")


@rule("CK502", WARNING, "an estimate is preliminary")
def preliminary(subject: Subject) -> Iterator[Found]:
    """Nothing like it was measured yet. Run one as a test, then estimate again.

    Bad, line 4:

        ## Compute Estimates

        ### Training
        - **Basis:** typical ranges by model size, preliminary - verify with test run

    Good:

        ## Compute Estimates

        ### Training
        - **Basis:** prior runs of the same model: happy-narwhal (job 12345)
    """
    lines = subject.lines("Compute Estimates") if "reliminary" in subject.text else ()
    for number, line in lines:
        if "preliminary" in line.casefold():
            yield Found(number, "the estimates are preliminary: verify them with a test run")
            return


@rule("CK503", WARNING, "an estimate without prior runs is not marked")
def unmarked_guess(subject: Subject) -> Iterator[Found]:
    """What rests on typical values says so: `preliminary - verify with test run`.

    Bad, line 4:

        ## Compute Estimates

        ### Training
        - **Basis:** typical ranges by model size

    Good:

        ## Compute Estimates

        ### Training
        - **Basis:** typical ranges by model size, preliminary - verify with test run
    """
    field = subject.field("Basis", "Compute Estimates", "Training")
    if field and _TYPICAL.search(field.value) and "preliminary" not in field.value.casefold():
        said = f"{field.value!r} rests on no prior run; mark it 'preliminary - verify with test run'"
        yield Found(field.line, said, subject.column(field))


@rule("CK504", WARNING, "the checkpoints do not fit")
def too_large(subject: Subject) -> Iterator[Found]:
    """The plan needs more disk than there is: clean up, or choose another scratch_dir.

    Bad, line 5:

        ## Compute Estimates

        ### Disk Space
        - **Checkpoints:** ~160 GiB
        - **Available:** 90 GiB ✓

    Good:

        ## Compute Estimates

        ### Disk Space
        - **Checkpoints:** ~160 GiB
        - **Available:** 2,100 GiB ✓
    """
    needed = subject.field("Checkpoints", "Compute Estimates", "Disk Space")
    free = subject.field("Available", "Compute Estimates", "Disk Space")
    if needed and free:
        wanted, there = words.gib_of(needed.value), words.gib_of(free.value)
        if wanted is not None and there is not None and wanted > there:
            said = f"the checkpoints take {needed.value}, and {free.value} is available"
            yield Found(free.line, said, subject.column(free))


@rule("CK505", WARNING, "the free disk space is not known")
def unknown_space(subject: Subject) -> Iterator[Found]:
    """A disk that fills up ends every run at once. Set scratch_dir, or look with `df -h` and write it down.

    Bad, line 5:

        ## Compute Estimates

        ### Disk Space
        - **Checkpoints:** ~160 GiB
        - **Available:** not known

    Good:

        ## Compute Estimates

        ### Disk Space
        - **Checkpoints:** ~160 GiB
        - **Available:** 2,100 GiB ✓
    """
    heading = subject.section("Compute Estimates", "Disk Space")
    free = subject.field("Available", "Compute Estimates", "Disk Space")
    if heading and (free is None or words.gib_of(free.value) is None):
        line = free.line if free else heading.line
        yield Found(line, "the free disk space is not known: look with `df -h`, or set scratch_dir")


@rule("CK506", WARNING, "a run has no estimated time")
def no_time(subject: Subject) -> Iterator[Found]:
    """Every run that is trained has an estimated time, for its job's time limit.

    Bad, line 4:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | - |

    Good:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |
    """
    for run in subject.fine_tuned:
        if not run.est_time:
            yield Found(run.line, f"the run {run.run_name!r} has no estimated time")


@rule("CK507", WARNING, "Total GPU hours is not the sum of the runs")
def wrong_hours(subject: Subject) -> Iterator[Found]:
    """The times of All Runs, on the GPUs of Configuration, come to another number of GPU hours.

    Rounded times are taken for all that they may stand for.

    Bad, line 12:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |
        | L1B_rank64 | L1B | 64 | 4 | fine-tuned | ~17 min |

        ## Configuration
        - **GPUs:** 1

        ## Compute Estimates
        ### Training
        - **Total GPU hours:** 2

    Good:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |
        | L1B_rank64 | L1B | 64 | 4 | fine-tuned | ~17 min |

        ## Configuration
        - **GPUs:** 1

        ## Compute Estimates
        ### Training
        - **Total GPU hours:** 0.55
    """
    field = subject.field("Total GPU hours", "Compute Estimates", "Training")
    gpus = subject.field("GPUs", "Configuration")
    numbers = words.whole_numbers(gpus.value) if gpus else None
    said = _HOURS.match(field.value) if field else None
    spans = [words.span_of(run.est_time or "") for run in subject.fine_tuned]
    known = [span for span in spans if span]
    if not field or not said or not numbers or len(numbers) != 1 or len(known) != len(spans) or not spans:
        return
    half = 0.5 / 10 ** len(said[2] or "")
    hours = float(said[1].replace(",", ""))
    least, most = (sum(span[side] for span in known) * numbers[0] / 3600 for side in (0, 1))
    if not least - half <= hours <= most + half:
        told = f"{field.value!r} GPU hours; the runs come to {least:.2g} to {most:.2g}"
        yield Found(field.line, told, subject.column(field))
