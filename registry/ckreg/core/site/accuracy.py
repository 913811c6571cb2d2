"""How good the estimates are: the scores, and predictions as points."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ckreg.core.score.summing import scores
from ckreg.core.score.values import Graded
from ckreg.core.site.names import data_file, experiment_page
from ckreg.core.site.shared import Cut
from ckreg.core.site.values import AccuracyPage
from ckreg.core.site.words import text, words
from ckreg.core.tabular import as_csv

FILE = data_file("registry", "predictions")
_COLUMNS = tuple(Graded.__dataclass_fields__)


def accuracy(graded: Sequence[Graded], file_names: Mapping[str, str], most: int) -> AccuracyPage:
    """The score of all predictions; of the points `most`, spread evenly over all."""
    known = [_short(each) for each in graded]
    shown = [known[number * len(known) // most] for number in range(most)] if len(known) > most else known
    names = {each.experiment for each in graded if each.experiment in file_names}
    found = scores(known)
    return AccuracyPage(
        scores=replace(found, graded=()),
        points=tuple(shown),
        cut=Cut(most, len(known), FILE) if len(known) > most else None,
        links={words(name): experiment_page(file_names[name]) for name in sorted(names)},
    )


def accuracy_file(graded: Sequence[Graded]) -> str:
    """All points as CSV."""
    return as_csv(_COLUMNS, (tuple(getattr(each, column) for column in _COLUMNS) for each in graded))


def _short(each: Graded) -> Graded:
    return replace(
        each,
        experiment=words(each.experiment),
        run_name=words(each.run_name),
        task=text(each.task),
        epoch=text(each.epoch),
        tier=words(each.tier),
    )
