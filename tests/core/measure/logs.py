"""Logs made for tests: a bar as tqdm draws it."""

from collections.abc import Iterable


def clock(seconds: float) -> str:
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    minutes = f"{rest // 60:02}:{rest % 60:02}"
    return f"{hours}:{minutes}" if hours else minutes


def frame(done: int, total: int, seconds: float, each: float, name: str = "") -> str:
    rate = f"{each:5.2f}s/it" if each >= 1 else f"{1 / each:5.2f}it/s"
    left = clock((total - done) * each)
    return f"\r{name}{100 * done // total:3}%|{'#' * 9}| {done}/{total} [{clock(seconds)}<{left}, {rate}]"


def bar(
    steps: Iterable[int], total: int, each: float, *, name: str = "", pause_at: int = -1, pause: float = 0
) -> str:
    """Frames at the given steps, `each` seconds a step; after step `pause_at` so many seconds pass."""
    start = f"\r{name}  0%|          | 0/{total} [00:00<?, ?it/s]"
    return start + "".join(
        frame(step, total, step * each + (pause if step > pause_at >= 0 else 0), each, name) for step in steps
    )
