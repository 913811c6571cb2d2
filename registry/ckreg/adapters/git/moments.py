"""Understands when somebody means: a revision as git names it, or a date in git's own words."""

import re
from datetime import datetime, time, timedelta
from pathlib import Path

from ckreg.adapters.git.repo import Repo, call_git
from ckreg.adapters.tree import Home
from ckreg.errors import NotFoundError, UsageError

# git takes any word for a date, and one that it does not know for now: these are those that it knows.
_UNIT = r"(?:second|minute|hour|day|week|month|year)s?"
_NUMBER = r"(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|last)"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_WEEKDAY = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?(?:[ap]m)?|\d{1,2}[ap]m"
_WORDS = re.compile(
    rf"(?:(?:now|today|yesterday|noon|midnight|tea|ago|at|of|last|{_NUMBER}[ .]+{_UNIT}|{_MONTH}|{_WEEKDAY}"
    rf"|{_CLOCK}|\d{{1,2}}(?:st|nd|rd|th)?|\d{{4}})(?:[ ,.]+|$))+",
    re.IGNORECASE,
)
_TOLD = re.compile(r"--max-age=(-?\d+)")
_MONTH_ALONE = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)")
_HINT = (
    "Write a revision (HEAD~3, a branch, a tag, a commit's id) or a date "
    "(2025-10, 2025-10-22, 2025-10-22T14:00, yesterday, '2 weeks ago')."
)


def _moment(root: Path, word: str, now: datetime, *, end: bool = False) -> datetime | None:
    """The time that a date means; a day alone means its beginning, or its `end`. None where it is no date."""
    word = word.strip()
    if exact := _iso(word, end=end):
        return exact
    if word.isdecimal() or not _WORDS.fullmatch(word):
        return None
    known = {"GIT_TEST_DATE_NOW": str(int(now.timestamp()))}
    told = _TOLD.match(call_git(root, "rev-parse", f"--since={word}", env=known).stdout)
    return datetime.fromtimestamp(int(told[1])).astimezone() if told else None


def _iso(word: str, *, end: bool) -> datetime | None:
    if month := _MONTH_ALONE.fullmatch(word):
        return _month(int(month["year"]), int(month["month"]), end=end)
    try:
        found = datetime.fromisoformat(word)
    except ValueError:
        return None
    if not re.search(r"[T :]", word):
        found = datetime.combine(found, time(23, 59, 59) if end else time())
    return found.astimezone()


def _month(year: int, month: int, *, end: bool) -> datetime | None:
    """A month's first second, or its last; None where there is no such month."""
    try:
        first = datetime(year, month, 1)  # noqa: DTZ001  # local, as the person means it
        after = datetime(year + month // 12, month % 12 + 1, 1)  # noqa: DTZ001  # see above
    except ValueError:
        return None
    return ((after - timedelta(seconds=1)) if end else first).astimezone()


def since(home: Home, word: str, now: datetime) -> datetime:
    """The time from which on something is wanted; a revision means the time of its commit.

    Raises:
        UsageError: it is neither.
    """
    if found := _moment(home.root, word, now):
        return found
    done = call_git(home.root, "log", "-1", "--format=%ct", "--end-of-options", word, "--")
    if done.returncode or not done.stdout.strip().isdigit():
        raise UsageError(f"{word!r} is neither a revision nor a date. {_HINT}")
    return datetime.fromtimestamp(int(done.stdout)).astimezone()


def commit_at(repo: Repo, word: str, now: datetime) -> str:
    """The commit that a revision names, or the one at which this branch was on a date.

    Raises:
        NotFoundError: there is no such revision, or no commit is as old.
        UsageError: it is neither a revision nor a date.
    """
    named = repo.call("rev-parse", "--quiet", "--verify", "--end-of-options", f"{word}^{{commit}}")
    if not named.returncode:
        return named.stdout.strip()
    when = _moment(repo.root, word, now, end=True)
    if when is None:
        raise NotFoundError(f"{word!r} is no revision of {repo.root}, and no date. {_HINT}")
    asked = ("-1", "--first-parent", f"--min-age={int(when.timestamp())}", "HEAD", "--")
    found = repo.call("rev-list", *asked).stdout.strip()
    if not found:
        raise NotFoundError(f"{repo.root} has no commit from {when:%Y-%m-%d %H:%M:%S} or before. {_HINT}")
    return found
