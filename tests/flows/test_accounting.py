"""sacct, as a program on PATH that stands in for Slurm's, and as a saved file."""

import os
from pathlib import Path

import pytest

from ckreg.adapters.slurm import Told, ask_sacct
from ckreg.adapters.tree import Home
from ckreg.core.settings import DEFAULT_LOG_PATTERNS
from ckreg.flows.estimating import load_priors
from ckreg.flows.indexing import How, Indexed, index_logs
from ckreg.flows.refreshing import fresh_cache
from tests.logs import BUNDLED, LOG
from tests.long_logs import long_log

HEADER = "JobID|Cluster|State|ExitCode|Submit|Start|End|ElapsedRaw|AllocTRES|JobName"
TIMEOUT = (
    "5|della|TIMEOUT|0:0|2020-01-01T10:00:00|2020-01-01T10:00:05|2020-01-01T10:01:05|60|gres/gpu:a100=1|a|b"
)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    log = tmp_path / "scratch" / "slurm-5.out"
    log.parent.mkdir()
    log.write_bytes((BUNDLED / LOG).read_bytes())
    return log.parent


class StandIn:
    """A `sacct` that writes down its words and says what it was told to say."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder.mkdir()
        self._program, self._calls, self._said = folder / "sacct", folder / "calls", folder / "said"
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        self.says("")

    def says(self, text: str, *, code: int = 0, error: str = "") -> None:
        self._said.write_text(text)
        self._program.write_text(
            f'#!/bin/sh\necho "$@" >> {self._calls}\ncat {self._said}\necho "{error}" >&2\nexit {code}\n'
        )
        self._program.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        return self._calls.read_text().splitlines() if self._calls.exists() else []


@pytest.fixture
def sacct(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    return StandIn(tmp_path / "bin", monkeypatch)


def index(home: Home, scratch: Path, *, ask: bool = True, saved: tuple[Path, ...] = ()) -> Indexed:
    return index_logs(home, [scratch], DEFAULT_LOG_PATTERNS, How(ask=ask, sacct=saved))


def outcomes(home: Home) -> list[tuple[object, object, object]]:
    with fresh_cache(home) as cache:
        rows = cache.rows("SELECT outcome, log_outcome, elapsed_seconds FROM measurements ORDER BY log_path")
    return [(row["outcome"], row["log_outcome"], row["elapsed_seconds"]) for row in rows]


def test_the_schedulers_word_joins_the_logs_and_both_are_kept(
    home: Home, scratch: Path, sacct: StandIn
) -> None:
    sacct.says(f"{HEADER}\n{TIMEOUT}\n")
    assert index(home, scratch).scheduler is None
    assert outcomes(home) == [("timeout", "completed", 60)]
    [run] = load_priors(home, index=False).measurements
    assert (run.gpu_type, run.outcome_evidence) == ("a100", "sacct: TIMEOUT 0:0")


def test_all_jobs_are_asked_for_at_once_and_only_once(home: Home, scratch: Path, sacct: StandIn) -> None:
    for name in ("slurm-12.out", "slurm-6_1.out", "slurm-6_2.out"):
        (scratch / name).write_bytes((scratch / "slurm-5.out").read_bytes())
    sacct.says(f"{HEADER}\n{TIMEOUT}\n")
    index(home, scratch)
    index(home, scratch)
    [words] = sacct.calls
    assert words.endswith("-j 5,6,12")
    assert words.startswith("-P ")
    assert words.split()[words.split().index("-o") + 1].endswith(",JobName")


def test_a_job_that_was_running_is_asked_for_again(home: Home, scratch: Path, sacct: StandIn) -> None:
    sacct.says(f"{HEADER}\n{TIMEOUT.replace('TIMEOUT', 'RUNNING')}\n")
    index(home, scratch)
    assert outcomes(home)[0][0] == "completed"
    sacct.says(f"{HEADER}\n{TIMEOUT}\n")
    index(home, scratch)
    assert outcomes(home)[0][0] == "timeout"


@pytest.mark.parametrize("text", ["", f"{HEADER}\n", "slurm is having a bad day\n", "\0\xff|||\n"])
def test_silence_changes_nothing(home: Home, scratch: Path, sacct: StandIn, text: str) -> None:
    sacct.says(text)
    assert index(home, scratch).scheduler is None
    assert outcomes(home)[0][0] == "completed"


def test_a_failure_changes_nothing_and_is_asked_again(home: Home, scratch: Path, sacct: StandIn) -> None:
    sacct.says(f"{HEADER}\n{TIMEOUT}\n", code=1, error="sacct: error: slurmdbd is down")
    assert index(home, scratch).scheduler == "sacct failed: sacct: error: slurmdbd is down"
    assert outcomes(home)[0][0] == "completed"
    sacct.says(f"{HEADER}\n{TIMEOUT}\n")
    index(home, scratch)
    assert outcomes(home)[0][0] == "timeout"


def test_a_sacct_that_hangs_is_given_up(
    home: Home, scratch: Path, sacct: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ckreg.adapters.slurm.calling.SECONDS", 0.2)
    sacct.says("")
    program = Path(os.environ["PATH"].split(os.pathsep)[0]) / "sacct"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    assert "did not answer" in str(index(home, scratch).scheduler)
    assert outcomes(home)[0][0] == "completed"


def test_an_id_that_was_used_again_after_the_log_is_not_this_job(
    home: Home, scratch: Path, sacct: StandIn
) -> None:
    os.utime(scratch / "slurm-5.out", (1_500_000_000, 1_500_000_000))  # 2017
    sacct.says(f"{HEADER}\n{TIMEOUT}\n")
    index(home, scratch)
    assert outcomes(home)[0][0] == "completed"


def test_a_job_that_was_shorter_than_the_log_is_not_this_one(
    home: Home, scratch: Path, sacct: StandIn
) -> None:
    (scratch / "slurm-5.out").write_bytes(long_log(steps=900))  # 21 minutes
    sacct.says(f"{HEADER}\n{TIMEOUT}\n")
    index(home, scratch)
    assert outcomes(home)[0][0] == "completed"


def test_nobody_is_asked_unless_it_is_wanted(home: Home, scratch: Path, sacct: StandIn) -> None:
    index(home, scratch, ask=False)
    assert sacct.calls == []


def test_a_saved_answer_speaks_of_all_logs(home: Home, scratch: Path, tmp_path: Path) -> None:
    saved = tmp_path / "elsewhere" / "what-sacct-said.txt"
    saved.parent.mkdir()
    saved.write_text(f"{HEADER}\n{TIMEOUT}\n")
    index(home, scratch, ask=False, saved=(saved,))
    assert outcomes(home) == [("timeout", "completed", 60)]


def test_a_file_beside_the_log_goes_before_what_sacct_says(home: Home, scratch: Path, sacct: StandIn) -> None:
    sacct.says(f"{HEADER}\n{TIMEOUT}\n")
    (scratch / "sacct.txt").write_text(f"{HEADER}\n{TIMEOUT.replace('TIMEOUT', 'NODE_FAIL')}\n")
    index(home, scratch)
    assert outcomes(home)[0][0] == "node_fail"


def test_many_ids_are_asked_for_in_lists_that_the_system_takes(sacct: StandIn) -> None:
    sacct.says(f"{HEADER}\n")
    assert ask_sacct(str(10_000_000 + number) for number in range(20_000)).failed is None
    assert len(sacct.calls) == 2
    assert max(map(len, sacct.calls)) < 128 * 1024


def test_words_that_are_no_ids_are_not_asked_for(sacct: StandIn) -> None:
    assert ask_sacct(["--help", "", "a_1"]) == Told("")
    assert sacct.calls == []
