"""Datasette's metadata for the cache.

All text is `description`, which Datasette escapes; `description_html`, which it does not, is never used.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ckreg.core.published.questions import QUESTIONS, Question

DATABASE = "cache"
"""Datasette names a database after its file, `cache.db`."""

_READS = re.compile(r"\s*(?:SELECT|WITH)\b", re.IGNORECASE)


class Look(NamedTuple):
    """How a table is shown: by which columns it is faceted and sorted; a dash in front is descending."""

    facets: tuple[str, ...] = ()
    sort: str | None = None
    label: str | None = None


_LOOKS = {
    "experiments": Look(("type",), "-created", "name"),
    "runs": Look(("status", "model", "lora_rank", "type"), None, "run_name"),
    "evaluations": Look(("status", "task", "epoch")),
    "variables": Look(("factor",)),
    "parameters": Look(("name",)),
    "measurements": Look(("framework", "kind", "outcome", "model", "gpu_type")),
    "jobs": Look(("outcome", "gpu_type"), "-submitted"),
    "status_events": Look(("to_status", "by"), "-place"),
    "commits": Look(("kind", "author"), "-place"),
    "results": Look(("task", "metric")),
    "result_summary": Look(("task", "metric")),
    "predictions": Look(("tier",)),
    "text_rows": Look(("kind",)),
    "run_overview": Look(("status", "outcome", "model")),
    "run_summary": Look(("status", "outcome", "model")),
    "evaluation_overview": Look(("status", "outcome", "task")),
    "scores": Look(("tier", "within_p90"), "-ratio"),
}
_HIDDEN = ("facts", "texts")
_FULL_TEXT = "What ckreg find looks through. Search for whole words here; Find words takes pack* and more."


def metadata(
    registry: str,
    described: Mapping[str, tuple[str, Mapping[str, str]]],
    saved: Iterable[tuple[str, str, str | None]] = (),
) -> dict[str, object]:
    """The metadata of a registry's cache.

    `described` says of each table and view what it is and what its columns are; `saved` are a group's own
    queries: name, SQL and what it tells. Of those, what does not begin as a SELECT is left out.
    """
    own = {
        name: Question(name, description or "A saved query of this registry.", sql)
        for name, sql, description in saved
        if _READS.match(sql)
    }
    words = {**described, "text_rows": (_FULL_TEXT, described["texts"][1] if "texts" in described else {})}
    tables: dict[str, object] = {name: {"hidden": True} for name in _HIDDEN}
    for name in dict.fromkeys((*words, *_LOOKS)):
        if name not in _HIDDEN:
            tables[name] = _table(*words.get(name, ("", {})), _LOOKS.get(name, Look()))
    return {
        "title": registry,
        "description": f"The experiments of {registry}, their runs, logs and estimates, as ckreg read them.",
        "databases": {
            DATABASE: {
                "description": "ckreg's cache: built from the documents, from git's history and from logs.",
                "tables": tables,
                "queries": {name: _query(question) for name, question in {**QUESTIONS, **own}.items()},
            }
        },
    }


def _table(text: str, columns: Mapping[str, str], look: Look) -> dict[str, object]:
    told: dict[str, object] = {"description": text, "columns": dict(columns), "facets": list(look.facets)}
    if look.sort:
        told["sort_desc" if look.sort.startswith("-") else "sort"] = look.sort.removeprefix("-")
    if look.label:
        told["label_column"] = look.label
    return {key: value for key, value in told.items() if value}


def _query(question: Question) -> dict[str, object]:
    sql = "\n".join(line.strip() for line in question.sql.strip().splitlines())
    return {"title": question.title, "description": question.description, "sql": sql}
