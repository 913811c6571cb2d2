import dataclasses
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ckreg.adapters.cache import Cache, DamagedError, all_measurements, open_cache, row_of
from ckreg.adapters.cache.schema import SCHEMA, TABLES
from ckreg.adapters.cache.store import connect
from ckreg.core.measure.measurement import Framework, Kind, Measurement, Outcome, SpeedMethod
from ckreg.core.query import VIEWS
from ckreg.errors import BusyError, OutsideError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".ckreg" / "cache.db"


@pytest.fixture
def cache(path: Path) -> Iterator[Cache]:
    with open_cache(path) as opened:
        yield opened


def experiment(cache: Cache, name: str) -> None:
    with cache.writing():
        cache.put("experiments", [{"name": name}])


def _half_of_it() -> Iterator[dict[str, object]]:
    yield {"name": "half"}
    raise RuntimeError


def names(cache: Cache) -> list[object]:
    return [row["name"] for row in cache.rows("SELECT name FROM experiments ORDER BY name")]


def test_is_built_where_there_is_none(cache: Cache) -> None:
    found = cache.rows("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
    of_index = {"texts_data", "texts_idx", "texts_docsize", "texts_config"}
    assert {*TABLES, *VIEWS, "texts"} == {row["name"] for row in found} - of_index
    assert not cache.rebuilt


def test_every_view_can_be_asked(cache: Cache) -> None:
    for view in VIEWS:
        assert cache.count(view) == 0


def test_keeps_what_was_put(path: Path) -> None:
    with open_cache(path) as first:
        experiment(first, "words")
    with open_cache(path) as second:
        assert names(second) == ["words"]


def test_has_a_rollback_journal(cache: Cache) -> None:
    assert cache.rows("PRAGMA journal_mode") == [{"journal_mode": "delete"}]


def test_another_schema_is_dropped_and_built_anew(path: Path) -> None:
    with open_cache(path) as old:
        experiment(old, "words")
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    connection.close()
    with open_cache(path) as fresh:
        assert fresh.rebuilt
        assert names(fresh) == []


def test_a_file_that_is_no_database_is_built_anew(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database at all" * 1000)
    with open_cache(path) as fresh:
        assert fresh.rebuilt
        assert names(fresh) == []


def test_the_old_journal_goes_before_a_new_database_comes(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"garbage" * 1000)
    journal = path.with_name("cache.db-journal")
    journal.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"x" * 1000)
    with open_cache(path) as fresh:
        assert names(fresh) == []
    assert not journal.exists()


def test_damage_in_the_middle_is_told_from_other_failures(path: Path) -> None:
    with open_cache(path) as whole, whole.writing():
        whole.put("experiments", ({"name": f"e{number}", "question": "?" * 500} for number in range(200)))
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    with open_cache(path) as cache, pytest.raises(DamagedError, match="--rebuild"):
        cache.rows("SELECT * FROM experiments")


def test_a_transaction_is_all_or_nothing(cache: Cache) -> None:
    with pytest.raises(RuntimeError), cache.writing():
        cache.put("experiments", _half_of_it())
    assert names(cache) == []


def test_two_writers_wait_for_each_other(path: Path, cache: Cache) -> None:
    with open_cache(path) as other:
        experiment(cache, "a")
        experiment(other, "b")
        assert names(cache) == ["a", "b"]


def test_a_writer_that_waits_too_long_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ckreg.adapters.cache.store._BUSY_SECONDS", 0.05)
    with (
        open_cache(path) as one,
        open_cache(path) as other,
        one.writing(),
        pytest.raises(BusyError, match="in use"),
    ):
        experiment(other, "late")


def test_a_link_in_the_caches_place_is_not_followed(path: Path, tmp_path: Path) -> None:
    with open_cache(tmp_path / "precious.db") as precious:
        experiment(precious, "kept")
    path.parent.mkdir()
    path.symlink_to(tmp_path / "precious.db")
    with open_cache(path) as fresh:
        experiment(fresh, "new")
        assert names(fresh) == ["new"]
    with open_cache(tmp_path / "precious.db") as precious:
        assert names(precious) == ["kept"]


def test_rows_with_the_same_key_are_replaced(cache: Cache) -> None:
    with cache.writing():
        cache.put("experiments", [{"name": "a", "type": "old"}, {"name": "a", "type": "new"}])
    assert cache.rows("SELECT type FROM experiments") == [{"type": "new"}]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("caf\udcff", "caf\\udcff"),
        ("nul\0byte", "nul\0byte"),
        (2**70, str(2**70)),
        (float("nan"), None),
        (float("inf"), None),
        (True, 1),
        (Outcome.TIMEOUT, "timeout"),
        (("a", 1), '["a", 1]'),
    ],
)
def test_whatever_comes_can_be_stored(cache: Cache, value: object, kept: object) -> None:
    with cache.writing():
        cache.put("facts", [{"name": "x", "value": value}])
    assert cache.rows("SELECT value FROM facts") == [{"value": kept if kept is None else str(kept)}]


def test_a_measurement_comes_back_as_it_was(cache: Cache) -> None:
    whole = Measurement(
        log_path="/s/slurm-1.out",
        segment=2,
        job_id="1_3",
        array_task=3,
        experiment="e",
        run_name="r",
        framework=Framework.TORCHTUNE,
        kind=Kind.FINETUNE,
        model="M",
        batch_size=4,
        packed=True,
        seconds_per_step=0.25,
        speed_method=SpeedMethod.RATES,
        seen_seconds=9.5,
        outcome=Outcome.COMPLETED,
        outcome_evidence="done",
    )
    with cache.writing():
        cache.put("logs", [{"path": whole.log_path}, {"path": "empty"}])
        cache.put("measurements", [row_of(whole), row_of(Measurement(log_path="empty"))])
    assert all_measurements(cache) == (whole, Measurement(log_path="empty"))


def test_every_field_of_a_measurement_has_a_column() -> None:
    assert {field.name for field in dataclasses.fields(Measurement)} <= set(TABLES["measurements"].columns)


def test_a_folder_in_the_caches_place_is_an_outside_failure(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(OutsideError, match=r"cache\.db"):
        open_cache(path)


def test_a_connection_waits_for_others(path: Path) -> None:
    path.parent.mkdir()
    connection = connect(path)
    assert connection.execute("PRAGMA busy_timeout").fetchone()[0] >= 1000
    connection.close()
