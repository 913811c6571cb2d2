import json

from tests.cli.calls import Caller
from tests.documents import EXPERIMENT


def test_list(call: Caller) -> None:
    assert EXPERIMENT in call("list").out
    [told] = json.loads(call("list", "--json").out)
    assert told == {
        "experiment": EXPERIMENT,
        "type": "parameter sweep",
        "question": "Does LoRA rank matter?",
        "created": "2025-10-22 14:23:15",
        "runs": 3,
        "fine_tuning": {"pending": 2},
        "evaluations": {"pending": 4},
    }


def test_show(call: Caller) -> None:
    said = call("show", "cap")
    assert "Does LoRA rank matter?" in said.out
    assert "L1B_rank64" in said.out
    told = json.loads(call("show", "cap", "--json").out)
    assert [run["run_name"] for run in told["summary"]["runs"]] == ["L1B_rank4", "L1B_rank64", "L1B_base"]
    assert told["summary"]["factors"] == [{"factor": "lora_rank", "levels": ["4", "64"]}]
    assert told["summary"]["matrix"][2]["cells"] == [["cap", "✓"]]
    assert told["summary"]["configuration"] == [["Recipe", "`lora_finetune_single_device`"], ["Epochs", "2"]]
    assert told["summary"]["tasks"][0]["script"] == "`/t.py` ✓"
