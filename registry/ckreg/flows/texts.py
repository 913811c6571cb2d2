"""What `ckreg find` looks through, as rows of the cache: of documents, commits, and logs of failed jobs."""

from collections.abc import Iterable, Iterator, Mapping

from ckreg.adapters.cache import Row
from ckreg.adapters.tree import EXPERIMENTS, SUMMARY
from ckreg.core.commit_lines import What
from ckreg.core.finding.texts import Kind, texts_in
from ckreg.core.markdown import Document
from ckreg.core.summary import Summary
from ckreg.core.text import one_line

_WORTH_READING = {What.AMEND: Kind.REASON, What.EDIT: Kind.COMMIT, What.COMMIT: Kind.COMMIT}
# A log that ends well has no error, and one that just ends has none that it tells of.
_NO_ERROR = {"completed", "incomplete", "unknown"}


def document_path(name: str) -> str:
    """The path of an experiment's document as texts have it: from the registry's folder."""
    return f"{EXPERIMENTS}/{name}/{SUMMARY}"


def document_texts(name: str, document: Document, summary: Summary) -> Iterator[Row]:
    """The experiment's name, and what people wrote into its document."""
    whole = {"experiment": name, "path": document_path(name)}
    yield {**whole, "kind": Kind.NAME, "line": 1, "text": name}
    for kind, text, line, run_name in texts_in(document, summary):
        yield {**whole, "kind": kind, "line": line, "text": text, "run_name": run_name}


def history_texts(events: Iterable[Row], commits: Iterable[Row]) -> Iterator[Row]:
    """Why statuses were set and plans amended, and what people say of their own commits."""
    for event in events:
        by_person = event["by"] == "person" and event["from_status"] != event["to_status"]
        told = by_person or event["to_status"] == "failed" or event["forced"]
        if event["evidence"] and told and not event["by_hand"]:
            whole = {"experiment": event["experiment"], "run_name": event["run"]}
            yield {**whole, **_of_commit(Kind.EVIDENCE, event, str(event["evidence"]))}
    for commit in commits:
        if kind := _WORTH_READING.get(What(str(commit["kind"]))):
            text = f"{commit['words']} {commit['details']}" if kind is Kind.REASON else str(commit["words"])
            if not text.startswith(_OURS):
                yield {"experiment": commit["experiment"], **_of_commit(kind, commit, text)}


_OURS = ("scaffold: ", "submit: ", "retry: ", "index: ", "init: ", "seal: ")


def _of_commit(kind: Kind, row: Row, text: str) -> Row:
    return {"kind": kind, "commit_id": row["commit_id"], "text": one_line(text)}


def log_texts(measurements: Iterable[Mapping[str, object]]) -> Iterator[Row]:
    """What the logs of jobs that failed say of the reason."""
    for row in measurements:
        text = one_line(str(row.get("log_outcome_evidence") or row.get("outcome_evidence") or ""))
        if text and row.get("outcome") not in _NO_ERROR:
            yield {
                "experiment": row.get("experiment"),
                "run_name": row.get("run_name"),
                "kind": Kind.ERROR,
                "path": row["log_path"],
                "text": text,
            }
