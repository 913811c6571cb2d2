"""What was missing when the plan was made is written in when it is there; nothing else changes."""

from dataclasses import replace

from hypothesis import given

from ckreg.adapters.assets import render_summary
from ckreg.core.plan import resolve
from ckreg.core.resources import DatasetFacts, ModelFacts, Resources, ScriptFacts, Split
from ckreg.core.reverified import with_resources
from tests.core.plan.helpers import TODAY, resources, sheet
from tests.core.spec.helpers import Tree, read
from tests.core.spec.strategies import spec_trees

HASH = "0123456789abcdef" * 4

BEFORE = """\
## Resources

### Models
- **Models Used:**
  - Llama: `/models/Llama` ✗ not found (prerequisite)
  - Mine: `/models/Mine` ✓ verified, twice

My own words about `Llama`.

### Dataset
* **Path:** `/data/words.json` ✗ not found (prerequisite)
* **Size:** not known
* **Splits:** not known

### Evaluation Tasks
| Mine | Task Name | Script                | Dataset |
|:-----|-----------|-----------------------|---------|
| a    | cap       | `/t/cap.py` ✗ missing | -       |

## Notes
- Llama: `/models/Llama` ✗ not found (prerequisite)
"""

AFTER = f"""\
## Resources

### Models
- **Models Used:**
  - Llama: `/models/Llama` ✓ verified
  - Mine: `/models/Mine` ✓ verified
- **Fingerprint:** Llama: config.json SHA-256 `{HASH}`, weights 12 bytes

My own words about `Llama`.

### Dataset
* **Path:** `/data/words.json` ✓ verified
* **Size:** 10 B
* **Splits:** train (8,000)
- **SHA-256:** `{HASH}`

### Evaluation Tasks
| Mine | Task Name | Script                | Dataset |
|:-----|-----------|-----------------------|---------|
| a    | cap       | `/t/cap.py` ✓ | -       |

- **Script commit:** cap: `{"ab" * 20}`

## Notes
- Llama: `/models/Llama` ✗ not found (prerequisite)
"""

FOUND = Resources(
    (
        ModelFacts("Llama", "/models/Llama", True, 2, 12, True, True, None, False, ("config.json", HASH), 12),
        ModelFacts("Mine", "/models/Mine", True, 2, 12, True, True),
    ),
    (DatasetFacts(None, "/data/words.json", True, 10, (Split("train", 8000),), None, HASH),),
    (ScriptFacts("cap", "/t/cap.py", found=True, commit="ab" * 20),),
)


def test_marks_values_and_fingerprints_are_written_in() -> None:
    assert with_resources(BEFORE, FOUND) == AFTER


def test_a_second_time_nothing_changes() -> None:
    assert with_resources(AFTER, FOUND) == AFTER


def test_line_endings_stay() -> None:
    crlf = BEFORE.replace("\n", "\r\n")
    assert with_resources(crlf, FOUND) == AFTER.replace("\n", "\r\n")


def test_a_document_without_resources_stays_as_it_is() -> None:
    assert with_resources("# Mine\n", FOUND) == "# Mine\n"


@given(spec_trees())
def test_a_document_of_what_was_missing_comes_to_that_of_what_is_found(tree: Tree) -> None:
    plan = resolve(read(tree), TODAY)
    there = resources(plan.spec)
    found = replace(
        there,
        models=tuple(replace(one, config=("config.json", HASH), weight_bytes=5) for one in there.models),
        datasets=tuple(replace(one, digest=HASH) for one in there.datasets),
        scripts=tuple(replace(one, commit="ab" * 20) for one in there.scripts),
    )
    made = sheet(plan, found=False)
    updated = with_resources(render_summary(made), found)
    assert _resources(updated) == _resources(render_summary(replace(made, resources=found)))
    assert with_resources(updated, found) == updated


def _resources(text: str) -> str:
    return text[text.index("## Resources") : text.index("## Evaluation Plan")]
