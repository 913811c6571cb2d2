"""`ckreg site`: the registry as pages."""

from pathlib import Path

from ckreg.adapters.tree import Home, state_folder
from ckreg.flows.indexing import index_known
from ckreg.flows.site_building import Built, Tell, build_site

DEFAULT = "site"
"""The folder in `.ckreg/`, where git sees nothing of it."""


def site(
    home: Home,
    out: Path | None = None,
    *,
    version: str = "",
    index: bool = True,
    tell: Tell = lambda _what, _done, _all: None,
) -> Built:
    """Build the site in `out`, else in `.ckreg/site`; `index` looks for new logs first.

    `version` is ckreg's own, for the foot of the pages.

    Raises:
        RefusedError: `out` holds something else than a site.
        MalformedError: `.ckreg/` is a link.
    """
    if index:
        index_known(home)
    return build_site(home, state_folder(home) / DEFAULT if out is None else out, version, tell)
