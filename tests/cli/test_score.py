"""How estimates did, as people ask for it: `estimate --score`, `compare --estimates`, and by the way."""

import json
import shutil
from pathlib import Path

import pytest

from ckreg import Registry
from ckreg.adapters.tree import Home
from tests.cli.calls import Caller
from tests.documents import EXPERIMENT
from tests.logs import BUNDLED
from tests.predictions import complete, predict


@pytest.fixture
def over(home: Home, call: Caller) -> Caller:
    """One run took 20 minutes where 16 were predicted, another 30 where 17 were."""
    predict(home)
    complete(home, "L1B_rank4", job="7", started="14:00:00", completed="14:20:00")
    complete(home, "L1B_rank64", job="8", started="14:00:00", completed="14:30:00")
    return call


def widest(text: str) -> int:
    return max(map(len, text.splitlines()))


def test_the_score_for_people_fits_80_columns(over: Caller) -> None:
    said = over("estimate", "--score", "--no-index")
    assert said.code == 0
    assert "1 (50%)" in said.out
    assert "By the document's own times: 2" in said.out
    assert widest(said.out) <= 80


def test_the_score_as_json(over: Caller) -> None:
    told = json.loads(over("estimate", "--score", "--json").out)
    assert told["method"] == "predictions"
    score = told["fine_tuning"]["all"]
    assert (score["jobs"], score["coverage"]) == (2, 0.5)
    # 1200/960 and 1800/1020.
    assert score["median_ratio"] == pytest.approx((1.25 + 1.7647) / 2, abs=1e-3)
    assert told["fine_tuning"]["by_tier"]["same setup"] == score
    assert told["evaluations"] == {"all": None, "by_tier": {}}
    assert [each["within_p90"] for each in told["graded"]] == [True, False]


def test_an_empty_score_says_what_to_do(call: Caller) -> None:
    said = call("estimate", "--score")
    assert said.code == 0
    assert said.out.startswith("No prediction has met its run yet")
    assert "--leave-one-out" in said.out
    assert widest(said.out) <= 80
    assert json.loads(call("estimate", "--score", "--json").out)["fine_tuning"]["all"] is None


def test_one_experiment_leaves_nothing_to_leave_out(call: Caller) -> None:
    assert call("index", str(BUNDLED / "words_rank_sweep_2026-11-02")).code == 0
    said = call("estimate", "--score", "--leave-one-out")
    assert said.code == 0
    assert said.out.startswith("There is nothing to leave out: 1 experiment")


def test_two_experiments_predict_each_other(call: Caller, tmp_path: Path) -> None:
    here = BUNDLED / "words_rank_sweep_2026-11-02"
    for name in ("one", "two"):
        for log in here.glob("ck-out-*/slurm-*.out"):
            # Another text, or the second is taken for a copy of the first.
            copy = tmp_path / "s" / name / log.parent.name / log.name
            copy.parent.mkdir(parents=True)
            copy.write_bytes(log.read_bytes() + f"{name}\n".encode())
    shutil.copy(BUNDLED / "sacct.txt", tmp_path / "s")
    assert call("index", str(tmp_path / "s")).code == 0
    said = call("estimate", "--score", "--leave-one-out")
    assert "(2 experiments)" in said.out
    assert widest(said.out) <= 80
    told = json.loads(call("estimate", "--score", "--leave-one-out", "--json").out)
    assert told["method"] == "leave-one-out"
    # The same run in the other experiment: as long, but for what the others of it add.
    assert told["fine_tuning"]["all"]["median_error"] < 0.2


def test_a_run_to_estimate_has_to_be_named(call: Caller) -> None:
    said = call("estimate", "--model", "M")
    assert said.code == 2
    assert "--recipe, --samples" in said.err
    assert "--score" in said.err


def test_the_score_says_that_it_is_of_all_models(over: Caller) -> None:
    said = over("estimate", "--score", "--model", "M")
    assert said.code == 0
    assert "--model is not looked at" in said.err


def test_compare_shows_what_was_predicted_beside_what_was(over: Caller) -> None:
    said = over("compare", "cap_8L", "--estimates")
    assert said.code == 0
    lines = [line.split() for line in said.out.splitlines()]
    assert ["L1B_rank4", "16", "min", "21", "min", "20", "min", "1.25"] in lines
    assert ["L1B_rank64", "17", "min", "22", "min", "30", "min", "1.76", "!"] in lines
    assert ["L1B_rank4", "cap", "0", "2", "min", "5", "min", "(pending)", "-"] in lines
    assert "! beyond the 90th percentile" in said.out
    assert widest(said.out) <= 80


def test_compare_as_json(over: Caller) -> None:
    told = json.loads(over("compare", EXPERIMENT, "--estimates", "--json").out)
    assert told["experiment"] == EXPERIMENT
    assert told["estimates"][0] == {
        "run_name": "L1B_rank4",
        "task": None,
        "epoch": None,
        "tier": "same setup",
        "median_seconds": 960.0,
        "p90_seconds": 1260.0,
        "status": "completed",
        "actual_seconds": 1200.0,
        "actual_from": "document",
        "at_least": False,
        "ratio": 1.25,
    }
    assert told["estimates"][2]["actual_seconds"] is None


def test_one_experiment_alone_is_compared_with_its_estimates(over: Caller) -> None:
    assert over("compare", EXPERIMENT).out == over("compare", EXPERIMENT, "--estimates").out


def test_compare_without_estimates_says_where_they_would_be(call: Caller) -> None:
    said = call("compare", EXPERIMENT, "--estimates")
    assert said.code == 3
    assert "estimates.json" in said.err
    assert call("compare", "nothing", "--estimates").code == 3


def test_a_completed_run_hears_how_its_estimate_did(
    home: Home, call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    predict(home)
    run = (EXPERIMENT, "L1B_rank4")
    monkeypatch.setenv("CKREG_NOW", "2025-10-22T14:00:00+00:00")
    assert "predicted" not in call("status", "set", *run, "--status", "running").err
    monkeypatch.setenv("CKREG_NOW", "2025-10-22T14:25:00+00:00")
    said = call("status", "set", *run, "--status", "completed")
    assert said.code == 0
    assert said.err == "took 25 min; predicted 16 min, 9 of 10 within 21 min\n"
    assert "predicted" not in call("status", "set", *run, "--note", "fine").err


def test_a_completed_run_without_estimates_hears_nothing(call: Caller) -> None:
    run = (EXPERIMENT, "L1B_rank4")
    assert call("status", "set", *run, "--status", "running").code == 0
    said = call("status", "set", *run, "--status", "completed")
    assert (said.code, said.err) == (0, "")


def test_python_asks_the_same(over: Caller, home: Home) -> None:
    found = Registry.open(home.root).score(index=False)
    assert over
    assert [each.run_name for each in found.graded] == ["L1B_rank4", "L1B_rank64"]
    assert Registry.open(home.root).score(leave_one_out=True).graded == ()
