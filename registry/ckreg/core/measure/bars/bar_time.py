"""The time that a frame of a progress bar tells."""


def bar_seconds(done: int, elapsed: bytes, rate: bytes, unit: bytes) -> float:
    """The bar's elapsed time; the rate of a closed bar gives the fractions of its seconds."""
    whole = 0
    for part in elapsed.split(b":"):
        whole = whole * 60 + int(part or 0)
    if rate.count(b".") <= 1 and float(rate or 0):
        exact = done * float(rate) if unit == b"s/it" else done / float(rate)
        if whole <= exact < whole + 1:
            return exact
    return float(whole)
