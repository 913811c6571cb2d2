from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.explaining import Explained, Fact, explained
from ckreg.core.measure import read_log
from tests.logs import BUNDLED, LOG
from tests.long_logs import long_log

DATA = (BUNDLED / LOG).read_bytes()


def explain(data: bytes, path: str = "slurm-1.out") -> tuple[Explained, ...]:
    return explained(data, read_log(data, log_path=path))


def facts(job: Explained) -> dict[str, Fact]:
    return {fact.name: fact for fact in job.facts}


def test_each_fact_has_the_line_that_it_is_read_from() -> None:
    found = facts(explain(DATA)[0])
    lines = DATA.decode().split("\n")
    expected = {
        "lora_rank": "lora_rank: 4",
        "batch_size": "batch_size: 8",
        "epochs": "epochs: 2",
        "packed": "packed: false",
        "model": "checkpoint_dir:",
        "recipe": "with resolved config:",
        "checkpoint_gib": "checkpoint of size",
        "checkpoint_seconds": "Checkpoint saved in",
        "steps_done": "80/80",
    }
    for name, text in expected.items():
        fact = found[name]
        assert fact.text is not None, name
        assert text in fact.text, name
        assert fact.line is not None
        assert fact.text in lines[fact.line - 1], name  # as an editor numbers it


def test_the_outcome_is_shown_with_its_evidence() -> None:
    fact = facts(explain(DATA)[0])["outcome"]
    assert fact.value == "completed"
    assert fact.text
    assert fact.text in DATA.decode()
    assert fact.line


def test_what_no_line_tells_says_how_it_was_come_by() -> None:
    found = facts(explain(DATA, "/s/exp/ck-out-run/slurm-77.out")[0])
    assert (found["job_id"].how, found["run_name"].how) == ("the path", "the path")
    assert found["seconds_per_step"].how
    assert found["seen_seconds"].how


def test_facts_come_in_the_order_of_the_lines() -> None:
    [job] = explain(DATA)
    lines = [fact.line for fact in job.facts if fact.line]
    assert lines == sorted(lines)


def test_what_the_log_does_not_say_is_listed() -> None:
    [job] = explain(DATA)
    assert "tokens_per_second_per_gpu" in job.not_said
    assert not set(job.not_said) & set(facts(job))


def test_each_job_of_a_file_has_its_own_lines() -> None:
    first, second = long_log(steps=50), long_log(steps=60).replace(b"lora_rank: 8", b"lora_rank: 64")
    jobs = explain(first + second)
    assert [facts(job)["lora_rank"].value for job in jobs] == [8, 64]
    line = facts(jobs[1])["lora_rank"].line
    assert line
    assert (first + second).split(b"\n")[line - 1] == b"  lora_rank: 64"


def mixtures() -> st.SearchStrategy[bytes]:
    pieces = st.sampled_from(
        [DATA[:3000], DATA[-3000:], b"\r", b"\n", b"\xff\0", b"1,e5", b"*** JOB 1 ON n CANCELLED AT x ***"]
    )
    return st.lists(pieces | st.binary(max_size=30), max_size=12).map(b"".join)


@given(mixtures())
def test_any_log_can_be_explained(data: bytes) -> None:
    jobs = explain(data)
    assert jobs
    for job in jobs:
        for fact in job.facts:
            assert fact.text is not None or fact.how is not None


def test_a_line_of_a_megabyte_is_cut() -> None:
    data = DATA + b"x" * 1_000_000 + b" peak memory 1.5"
    assert all(len(fact.text or "") <= 500 for fact in explain(data)[0].facts)
