"""Ctrl-C for real, to a process of its own: with one thread, and with another that would take the signal."""

import subprocess
import sys

import pytest

PROGRAM = """
import os, signal, subprocess, sys, threading, time
from ckreg.adapters.interrupts import interrupt_later

signal.signal(signal.SIGINT, signal.default_int_handler)
for _ in range(int(sys.argv[1])):
    threading.Thread(target=time.sleep, args=[60], daemon=True).start()
child = "import os, signal; os.kill(os.getpid(), signal.SIGINT); print('child done', flush=True)"
try:
    with interrupt_later():
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)
        subprocess.run([sys.executable, "-c", child])
        print("block done", flush=True)
    print("after", flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
os.kill(os.getpid(), signal.SIGINT)
time.sleep(60)
"""


@pytest.mark.parametrize("threads", [0, 3])
def test_the_block_and_its_programs_end_first(threads: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(threads)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.split("\n") == ["child done", "block done", "interrupted", ""]
    assert "KeyboardInterrupt" in done.stderr  # as ever, once the block has ended


def test_an_error_is_told_with_the_interrupt() -> None:
    program = PROGRAM.replace('print("block done", flush=True)', 'raise ValueError("broken")')
    done = subprocess.run(
        [sys.executable, "-c", program, "3"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.split("\n") == ["child done", "interrupted", ""]
