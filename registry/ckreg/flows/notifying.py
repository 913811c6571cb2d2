"""Tells a person what a sync changed, the way that their own settings say."""

from collections.abc import Callable, Sequence
from functools import partial

from ckreg.adapters import notifying
from ckreg.adapters.config import load_settings
from ckreg.adapters.tree import Home
from ckreg.core.news import News, as_payload, title
from ckreg.core.summary.edit import key_of
from ckreg.errors import UsageError
from ckreg.flows.syncing import Synced

_TITLE = "{title}"

Way = Callable[[Sequence[News], str], str | None]


def ways(home: Home) -> tuple[Way, ...]:
    """The ways that the person has set; each takes what changed with its text, and says why it failed.

    Raises:
        UsageError: there is none, or one cannot be meant so.
    """
    settings = load_settings(home)
    told: list[Way] = []
    if settings.notify_command is not None:
        told.append(partial(_by_command, notifying.command_words(settings.notify_command)))
    if settings.notify_webhook is not None:
        told.append(partial(_by_webhook, notifying.checked_url(settings.notify_webhook)))
    if not told:
        raise UsageError(
            "--notify: nobody is to be told. Set notify_command or notify_webhook in "
            "~/.config/ckreg/config.toml, or as CKREG_NOTIFY_COMMAND or CKREG_NOTIFY_WEBHOOK."
        )
    return tuple(told)


def _by_command(words: Sequence[str], news: Sequence[News], text: str) -> str | None:
    head = title(news)
    return notifying.run([words[0], *(word.replace(_TITLE, head) for word in words[1:])], text)


def _by_webhook(url: str, news: Sequence[News], text: str) -> str | None:  # noqa: ARG001  # a Way
    return notifying.post(url, as_payload(text))


def recorded(synced: Synced) -> tuple[News, ...]:
    """What a sync has recorded."""
    return tuple(
        News(each.request.experiment, key_of(each.request), each.old, each.new, each.request.note)
        for each in synced.updates
        if each.cells
    )


def found(synced: Synced) -> tuple[News, ...]:
    """What a sync has found to record; of a dry run that is all there is."""
    return tuple(
        News(
            experiment=change.request.experiment,
            key=key_of(change.request),
            old=str(change.old),
            new=str(change.request.status or change.old),
            note=change.request.note,
        )
        for change in synced.changes
    )
