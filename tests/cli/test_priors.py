"""index, estimate and query, as people call them."""

import csv
import io
import json

import pytest

from ckreg.adapters.tree import Home
from tests.cli.calls import Caller
from tests.logs import BUNDLED, RUN

ESTIMATE = (
    "estimate",
    "--model",
    "Llama-mini-8M-Instruct",
    "--recipe",
    "lora_finetune_single_device",
    "--batch-size",
    "8",
    "--samples",
    "640",
    "--epochs",
    "2",
)


@pytest.fixture
def indexed(call: Caller) -> Caller:
    assert call("index", str(BUNDLED)).code == 0
    return call


def test_index_says_what_it_met(call: Caller) -> None:
    said = call("index", str(BUNDLED))
    assert "7 logs found: 7 read, 0 unchanged, 0 unreadable. 1 sacct file" in said.out
    assert "torchtune" in said.out
    told = json.loads(call("index", "--json").out)
    assert (told["found"], told["unchanged"], told["unreadable"]) == (7, 7, [])


def test_index_without_a_place(call: Caller) -> None:
    said = call("index")
    assert said.code == 2
    assert "ckreg index" in said.err


def test_estimate_as_json_has_the_promised_keys(indexed: Caller) -> None:
    said = indexed(*ESTIMATE, "--recipe", "lora_finetune_single_device", "--lora-rank", "4", "--json")
    told = json.loads(said.out)
    assert set(told) == {"time", "disk", "batch_size", "tier", "preliminary", "basis"}
    assert set(told["time"]) == {"median_seconds", "p90_seconds", "request"}
    assert told["time"]["request"] == "0:05:00"
    assert told["preliminary"] is False
    assert [run["run_name"] for run in told["basis"]] == [RUN]
    assert told["basis"][0]["log_path"].endswith("slurm-19.out")


def test_estimate_for_people_fits_80_columns(indexed: Caller) -> None:
    said = indexed(*ESTIMATE)
    assert "90th percentile" in said.out
    assert RUN in said.out
    assert max(map(len, said.out.splitlines())) <= 80


def test_estimate_explains_itself(indexed: Caller) -> None:
    said = indexed(*ESTIMATE, "--explain")
    assert "steps_per_epoch = 640/8 = 80" in said.out
    assert "slurm-19.out" in said.out


def test_estimate_without_prior_runs_is_preliminary(call: Caller) -> None:
    asked = ("estimate", "--model", "Llama-3.2-1B-Instruct", "--recipe", "r", "--samples", "100")
    said = call(*asked, "--epochs", "2")
    assert "preliminary - verify with test run" in said.out.lower()
    assert json.loads(call(*asked, "--json").out)["preliminary"] is True


@pytest.mark.parametrize("words", [("--samples", "0"), ("--epochs", "-1"), ("--gpu-memory", "nan")])
def test_estimate_refuses_numbers_that_are_not_positive(call: Caller, words: tuple[str, str]) -> None:
    said = call("estimate", "--model", "M", "--recipe", "r", "--samples", "9", *words)
    assert said.code == 2
    assert "Missing option" not in said.err


SQL = "SELECT run_name, lora_rank FROM measurements WHERE job_id = '19'"


def test_query_in_every_form(indexed: Caller) -> None:
    row = {"run_name": RUN, "lora_rank": 4}
    assert json.loads(indexed("query", SQL, "--json").out) == [row]
    assert [json.loads(line) for line in indexed("query", SQL, "--jsonl").out.splitlines()] == [row]
    assert list(csv.reader(io.StringIO(indexed("query", SQL, "--csv").out))) == [
        ["run_name", "lora_rank"],
        [RUN, "4"],
    ]
    assert RUN in indexed("query", SQL).out


def test_query_joins_runs_with_their_measurements(indexed: Caller) -> None:
    said = indexed("query", "SELECT run_name, status, outcome FROM run_overview", "--json")
    assert {row["run_name"]: row["status"] for row in json.loads(said.out)} == {
        "L1B_base": None,
        "L1B_rank4": "pending",
        "L1B_rank64": "pending",
    }


def test_query_alone_lists_what_can_be_asked(call: Caller) -> None:
    said = call("query")
    assert "run_overview" in said.out
    assert "Example: ckreg query" in said.out
    assert {"run_overview", "measurements", "jobs"} <= {
        table["name"] for table in json.loads(call("query", "--json").out)
    }


def test_query_refuses_and_explains(call: Caller) -> None:
    assert call("query", "DROP TABLE runs").code == 4
    wrong = call("query", "SELECT * FROM run")
    assert wrong.code == 2
    assert "run_overview" in wrong.err
    assert call("query", SQL, "--json", "--csv").code == 2


def test_a_lost_cache_comes_back_with_the_next_question(indexed: Caller, home: Home) -> None:
    for content in (None, b"garbage"):
        (home.state / "cache.db").unlink()
        if content:
            (home.state / "cache.db").write_bytes(content)
        assert json.loads(indexed("query", SQL, "--json").out) == [{"run_name": RUN, "lora_rank": 4}]


def test_estimate_tells_adapters_alone_from_whole_checkpoints(indexed: Caller) -> None:
    assert json.loads(indexed(*ESTIMATE, "--json").out)["disk"]["adapter_only"] is False
    disk = json.loads(indexed(*ESTIMATE, "--adapter-only", "--json").out)["disk"]
    assert (disk["adapter_only"], disk["preliminary"]) == (True, False)
    assert "a checkpoint of adapters" in indexed(*ESTIMATE, "--adapter-only").out


def test_estimate_proposes_gradient_accumulation(call: Caller) -> None:
    asked = ("estimate", "--model", "Llama-3.2-1B", "--recipe", "r", "--samples", "100", "--batch-size", "32")
    batch = json.loads(call(*asked, "--gpu-memory", "80", "--json").out)["batch_size"]
    assert (batch["batch_size"], batch["micro_batch_size"], batch["grad_accum"]) == (4, 4, 8)
    assert batch["effective_batch_size"] == 32
    said = call(*asked, "--gpu-memory", "80").out
    assert "4 with gradient accumulation 8 makes an effective 32" in said
    assert max(map(len, said.splitlines())) <= 80
