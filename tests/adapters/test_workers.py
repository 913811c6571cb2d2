import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ckreg.adapters.workers import mapped


def test_results_come_in_the_order_of_the_items() -> None:
    assert list(mapped(str, range(500))) == [str(number) for number in range(500)]


def test_large_results_and_an_early_end_leave_no_process_behind() -> None:
    results = mapped(lambda number: b"x" * 1_000_000 + bytes([number % 256]), range(100))
    assert next(results)[-1] == 0
    results.close()  # type: ignore[attr-defined]  # it is a generator
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_an_item_that_kills_its_worker_is_tried_here_where_its_fault_shows() -> None:
    parent = os.getpid()

    def function(number: int) -> int:
        if number == 70 and os.getpid() != parent:
            os._exit(1)
        if number == 70:
            raise ValueError("seventy")
        return number

    with pytest.raises(ValueError, match="seventy"):
        list(mapped(function, range(100)))


def test_a_process_with_threads_is_not_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fork", lambda: pytest.fail("forked"))
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert list(mapped(str, range(100)))[99] == "99"
    finally:
        stop.set()
        thread.join()


def test_workers_go_when_their_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "import os, time\n"
        "from ckreg.adapters.workers import mapped\n"
        "def note(n):\n"
        f"    open({str(tmp_path)!r} + f'/{{os.getpid()}}', 'w').close()\n"
        "    return b'x' * 9999\n"
        "for _ in mapped(note, range(2000)): time.sleep(.02)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script])
    while len(list(tmp_path.iterdir())) < 2 and parent.poll() is None:
        time.sleep(0.02)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{path.name}").exists() for path in tmp_path.iterdir()):
        assert time.monotonic() < deadline, "workers outlive their parent"
        time.sleep(0.05)


@pytest.mark.parametrize(("processes", "expected"), [(1, 0), (3, 3), (9, 5)])
def test_as_many_processes_as_a_person_wants(processes: int, expected: int) -> None:
    """In a Python of its own: in that of the tests a library may have left a thread."""
    script = (
        "import os; from ckreg.adapters.workers import mapped\n"
        f"others = set(mapped(lambda _: os.getpid(), range(5), {processes})) - {{os.getpid()}}\n"
        "print(len(others))"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert int(done.stdout) == expected
