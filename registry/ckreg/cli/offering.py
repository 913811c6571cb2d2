"""Offers to write a dataset that is missing: asks on a terminal, else says which option does it."""

from collections.abc import Sequence

import click

from ckreg.cli.common import on_terminal
from ckreg.cli.output import note
from ckreg.core.text import one_line
from ckreg.flows.creating import Offer


def accepted(offered: Sequence[Offer], *, agreed: bool, ask: bool = True) -> list[Offer]:
    """Those that are to be written: all where that was `agreed` to beforehand, else those said yes to."""
    if agreed:
        return list(offered)
    if ask and on_terminal():
        return [offer for offer in offered if _is_wanted(offer)]
    for offer in offered:
        note(f"Missing: {one_line(str(offer))}. --create-dataset writes it.")
    return []


def _is_wanted(offer: Offer) -> bool:
    return click.confirm(f"The dataset is missing. Write {one_line(str(offer))}?", err=True)
