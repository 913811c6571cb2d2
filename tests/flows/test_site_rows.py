"""What the site takes of the cache."""

from ckreg.adapters.tree import Home
from ckreg.commands.results import results, write
from ckreg.flows.refreshing import fresh_cache
from ckreg.flows.site_rows import collect
from tests.documents import EXPERIMENT
from tests.predictions import complete


def test_a_log_that_lies_elsewhere_counts_by_its_job_where_there_is_none_of_its_own(home: Home) -> None:
    complete(home, "L1B_rank4", job="7", started="10:00:00", completed="10:24:00")
    log = {"segment": 0, "kind": "finetune", "framework": "x", "job_id": "7"}
    elsewhere = log | {"log_path": "/theirs", "experiment": "theirs", "run_name": "L1B_rank4"}
    of_another = log | {"log_path": "/third", "experiment": "theirs", "run_name": "L1B_rank16"}
    own = log | {"log_path": "/own", "experiment": EXPERIMENT, "run_name": "L1B_rank4"}
    with fresh_cache(home) as cache:
        with cache.writing():
            cache.put("logs", [{"path": row["log_path"]} for row in (elsewhere, of_another, own)])
            cache.put("measurements", [elsewhere, of_another])
        [material] = collect(cache).experiments
        assert [row["log_path"] for row in material.measurements] == ["/theirs"]
        with cache.writing():
            cache.put("measurements", [own])
        [material] = collect(cache).experiments
        assert [row["log_path"] for row in material.measurements] == ["/own"]


def test_results_are_in_the_order_of_the_plan(home: Home) -> None:
    document = home.summary(EXPERIMENT)
    document.write_text(document.read_text().replace("L1B_rank64", "L1B_rank16"))
    scores = home.root / "scores.csv"
    scores.write_text(
        "run,task,epoch,accuracy\nL1B_base,cap,,0.1\nL1B_rank16,cap,best,0.6\nL1B_rank4,cap,1,0.4\n"
    )
    write(home, results(home, EXPERIMENT, csv=scores))
    with fresh_cache(home) as cache:
        [material] = collect(cache).experiments
    assert [row["run_name"] for row in material.results] == ["L1B_rank4", "L1B_rank16", "L1B_base"]
