"""What a document says of its resources is read back; the document below was written by hand."""

from dataclasses import replace

from hypothesis import given

from ckreg.adapters.assets import render_summary
from ckreg.core.plan import resolve
from ckreg.core.recorded import Recorded, RecordedDataset, RecordedModel, RecordedScript, recorded
from ckreg.core.resources import Resources
from tests.core.plan.helpers import TODAY, sheet
from tests.core.spec.helpers import Tree, read
from tests.core.spec.strategies import spec_trees

HASH = "0123456789abcdef" * 4
COMMIT = "0123456789" * 4

BY_HAND = f"""\
# Experiment: x

## Resources

### Models
- **Location:** `/models`
- **Models Used:**
  - Llama-3.2-1B-Instruct: `/models/Llama-3.2-1B-Instruct` ✓ verified
  - Other: `/models/Other` ✗ not found (prerequisite)
- **Checkpoints Used:**
  - before: `/old/epoch_1` ✓ verified
- **Fingerprint:** Llama-3.2-1B-Instruct: config.json SHA-256 `{HASH}`, weights 2,471,645,608 bytes
- **Versions:** torchtune 0.6.1, torch 2.7.0+cu126

### Dataset
- **Path (small):** `/data/words.json` ✓ verified
- **Size (small):** 655KB
- **Splits (small):** train (8,000), validation (not counted), test (500)
- **SHA-256 (small):** `{HASH}`

### Evaluation Tasks
| Task Name | Script | Dataset | Description |
|-----------|--------|---------|-------------|
| cap: all | `/t/cap.py@cap` ✓ | `/data/words.json` ✗ not found (prerequisite) | words |
| gsm8k | `inspect_evals/gsm8k` ✓ | - | sums |

- **Script commit:** cap: all: `{COMMIT}-dirty`

## Compute Estimates

### Disk Space
- **Checkpoints:** ~1,041.5 GiB
- **Available:** 2,150 GiB ✓
"""


def test_a_document_is_read_as_a_person_reads_it() -> None:
    assert recorded(BY_HAND) == Recorded(
        models=(
            RecordedModel(
                "Llama-3.2-1B-Instruct",
                "/models/Llama-3.2-1B-Instruct",
                sound=True,
                config=("config.json", HASH),
                weight_bytes=2_471_645_608,
            ),
            RecordedModel("Other", "/models/Other", sound=False),
            RecordedModel("before", "/old/epoch_1", sound=True, is_checkpoint=True),
        ),
        datasets=(
            RecordedDataset(
                "small",
                "/data/words.json",
                sound=True,
                splits=(("train", "8,000"), ("validation", "not counted"), ("test", "500")),
                digest=HASH,
            ),
        ),
        scripts=(
            RecordedScript(
                "cap: all",
                "/t/cap.py@cap",
                sound=True,
                dataset="/data/words.json",
                dataset_sound=False,
                commit=f"{COMMIT}-dirty",
            ),
            RecordedScript("gsm8k", "inspect_evals/gsm8k", sound=True),
        ),
        versions=(("torchtune", "0.6.1"), ("torch", "2.7.0+cu126")),
        disk_gib=1041.5,
    )


def test_crlf_and_a_title_of_another_kind_change_nothing() -> None:
    text = BY_HAND.replace("\n", "\r\n").removeprefix("# Experiment: x\r\n\r\n")
    assert recorded(text) == recorded(BY_HAND)


def test_what_is_not_said_is_left_out() -> None:
    assert recorded("") == Recorded((), (), ())
    assert recorded("## Resources\n\n### Dataset\n- **Path:** somewhere\n- **SHA-256:** 12\n") == Recorded(
        (), (), ()
    )


@given(spec_trees())
def test_what_was_found_reads_back(tree: Tree) -> None:
    made = sheet(resolve(read(tree), TODAY))
    found = _with_fingerprints(made.resources)
    read_back = recorded(render_summary(replace(made, resources=found)))
    assert [(one.name, one.path, one.config, one.weight_bytes) for one in read_back.models] == [
        (one.name, one.path, one.config, one.weight_bytes) for one in (*found.models, *found.checkpoints)
    ]
    assert [(one.label, one.path, one.digest) for one in read_back.datasets] == [
        (one.label, one.path, one.digest) for one in found.datasets
    ]
    assert [(one.task, one.script, one.commit) for one in read_back.scripts] == [
        (one.task, one.script, one.commit) for one in found.scripts
    ]
    assert read_back.versions == found.versions


def _with_fingerprints(found: Resources) -> Resources:
    return replace(
        found,
        models=tuple(replace(one, config=("config.json", HASH), weight_bytes=5) for one in found.models),
        datasets=tuple(replace(one, digest=HASH) for one in found.datasets),
        scripts=tuple(replace(one, commit=COMMIT) for one in found.scripts),
        versions=(("torchtune", "0.6.1"), ("torch", "2.7.0")),
    )
