"""Names of the site's files: safe on any disk and in any address, whatever an experiment is called."""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256

OVERVIEW = "index.html"
ESTIMATES = "estimates.html"
THROUGHPUT = "throughput.html"
EXPERIMENTS = "experiments"
DATA = "data"

PART = 500
"""Experiments on one page of the overview: with the longest questions that is most of a megabyte."""

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
# What ckreg writes into a site's folder, and so what it may remove there.
OURS = re.compile(
    rf"(?:index(?:-[1-9]\d{{0,5}})?|estimates|throughput)\.html|{EXPERIMENTS}/[A-Za-z0-9][A-Za-z0-9._-]{{0,140}}\.html"
    rf"|{DATA}/[A-Za-z0-9][A-Za-z0-9._-]{{0,140}}\.(?:csv|txt)"
)


def file_names(experiments: Iterable[str]) -> Mapping[str, str]:
    """Each experiment's name as that of a file, without suffix; no two are the same on any disk.

    A name that `ckreg design` gives is its own; any other gets a hash, and so does one that differs from
    another only by case, for some disks do not tell those apart.
    """
    names = sorted(experiments)
    folded: dict[str, int] = {}
    for name in names:
        folded[name.casefold()] = folded.get(name.casefold(), 0) + 1
    return {name: file_name(name, alone=folded[name.casefold()] == 1) for name in names}


def file_name(name: str, *, alone: bool = True) -> str:
    """An experiment's name as that of a file; `alone` says that no other differs only by case."""
    if alone and _SAFE.fullmatch(name):
        return name
    words = _UNSAFE.sub("-", name).strip("-.")[:80] or "experiment"
    return f"{words}-{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def overview_pages(experiments: int) -> tuple[str, ...]:
    """The pages of an overview of so many experiments."""
    return (OVERVIEW, *(f"index-{number}.html" for number in range(2, -(-experiments // PART) + 1)))


def experiment_page(name: str) -> str:
    """The path of an experiment's page in the site."""
    return f"{EXPERIMENTS}/{name}.html"


def data_file(name: str, what: str, suffix: str = "csv") -> str:
    """The path of a file with all of what a page cuts."""
    return f"{DATA}/{name}.{what}.{suffix}"


def data_files(name: str) -> tuple[str, ...]:
    """All such files that an experiment may have."""
    return (
        *(data_file(name, what) for what in ("runs", "events", "starts", "losses", "results")),
        data_file(name, "document", "txt"),
    )
