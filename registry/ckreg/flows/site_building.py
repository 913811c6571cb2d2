"""Builds the site: what has changed is rendered and written, what is gone is removed."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ckreg.adapters.clock import now
from ckreg.adapters.git import open_repo
from ckreg.adapters.git.asking import tracks_any
from ckreg.adapters.site_folder import Entry, SiteFolder, site_folder
from ckreg.adapters.site_templates import makers_digest, render_page
from ckreg.adapters.tree import EXPERIMENTS, Home
from ckreg.adapters.workers import mapped
from ckreg.core.site import accuracy, overview, throughput
from ckreg.core.site.document import links_from
from ckreg.core.site.experiments import Made, experiment
from ckreg.core.site.facts import Facts, facts_of
from ckreg.core.site.limits import Limits, fits
from ckreg.core.site.material import Material, Row, key_of
from ckreg.core.site.names import (
    ESTIMATES,
    OVERVIEW,
    THROUGHPUT,
    data_files,
    experiment_page,
    file_name,
    file_names,
    overview_pages,
)
from ckreg.core.site.shared import Build, Link, PageKind
from ckreg.core.site.values import Page
from ckreg.core.site.words import words
from ckreg.errors import CkregError, RefusedError
from ckreg.flows.refreshing import cache_to_read, readable
from ckreg.flows.site_losses import read_new_losses
from ckreg.flows.site_rows import Collected, collect

_SHORT = 10
_SMALLEST = 8  # times that a page is made with less, before it is written as it is


@dataclass(frozen=True, slots=True)
class Built:
    """A site: where it lies, and what became of its pages, by path; `files` is how many it has in all.

    `looked` is False where new logs could not be looked for, because the registry cannot be written.
    """

    index: Path
    written: tuple[str, ...]
    unchanged: int
    removed: tuple[str, ...]
    files: int
    looked: bool = True


@dataclass(frozen=True, slots=True)
class _Task:
    """A page to be made if its key is new: `render` gives the text of its file and of those beside it."""

    path: str
    key: str
    render: Callable[[], Mapping[str, str]]
    files: tuple[str, ...] = ()


Tell = Callable[[str, int, int], None]
"""Hears what is being done (`logs` or `pages`), how many are done, and of how many."""


def build_site(
    home: Home, out: Path, version: str = "", tell: Tell = lambda _what, _done, _all: None
) -> Built:
    """Bring the site in `out` up to date with the registry's cache and documents.

    Raises:
        RefusedError: `out` holds something else.
        CkregError: something cannot be read or written; what was written before stays whole.
    """
    _refuse_leading_out(home, out)
    with site_folder(out) as folder:
        with cache_to_read(home) as cache:
            read_new_losses(cache, lambda done, total: tell("logs", done, total))
            collected = collect(cache)
        # Pages that came with a clone may hold anything, and say that they are up to date.
        held = folder.without_trust() if tracks_any(out) else folder
        return _build(held, list(_tasks(home, out, version, collected)), tell)


def _refuse_leading_out(home: Home, out: Path) -> None:
    """A folder inside the registry must lie there: a link on the way may have come with a clone."""
    named, root = (Path(os.path.abspath(path)) for path in (out, home.root))  # noqa: PTH100  # links stay
    if named.is_relative_to(root) and not out.resolve().is_relative_to(home.root.resolve()):
        raise RefusedError(f"{out} leads out of the registry by a link. Name the folder itself with --out.")


def _build(folder: SiteFolder, tasks: Sequence[_Task], tell: Tell) -> Built:
    stale = [task for task in tasks if not folder.is_current(task.path, task.key)]
    fresh = {task.path for task in tasks} - {task.path for task in stale}
    entries = {path: entry for path, entry in folder.pages.items() if path in fresh}
    if stale or set(folder.pages) != set(entries):
        if stale:
            folder.announce({task.path: task.files for task in stale})
        written = mapped(lambda task: _write(folder, task), stale)
        for done, (task, entry) in enumerate(zip(stale, written, strict=True), 1):
            entries[task.path] = entry
            tell("pages", done, len(stale))
        removed = folder.finish(entries)
    else:
        removed = ()
    return Built(
        index=folder.root / OVERVIEW,
        written=tuple(task.path for task in stale),
        unchanged=len(tasks) - len(stale),
        removed=removed,
        files=sum(len(entry.files) for entry in entries.values()),
    )


def _write(folder: SiteFolder, task: _Task) -> Entry:
    return Entry(task.key, {path: folder.write(path, text) for path, text in task.render().items()})


def _tasks(home: Home, out: Path, version: str, collected: Collected) -> Iterator[_Task]:
    """Every page of the site; what it takes to make one is done only where it is asked for."""
    names = file_names(material.name for material in collected.experiments)
    title = words(home.root.resolve().name)
    site = _Site(home, out, names, title, version, key_of(version, title, makers_digest()))
    yield from site.overview(collected)
    yield site.estimates(collected)
    yield site.throughput(collected)
    for material in collected.experiments:
        yield site.experiment(material)


@dataclass(frozen=True, slots=True)
class _Site:
    """What all pages have in common; `made_by` is part of every key."""

    home: Home
    out: Path
    names: Mapping[str, str]
    title: str
    version: str
    made_by: str

    def overview(self, collected: Collected) -> Iterator[_Task]:
        lines = [(material.experiment, facts_of(material)) for material in collected.experiments]
        commit = self._commit()
        key = key_of(self.made_by, commit, lines, collected.models)
        for part, path in enumerate(overview_pages(len(lines))):
            yield _Task(path, key, self._overview(collected, lines, commit, part), (overview.FILE,))

    def _overview(
        self, collected: Collected, lines: Sequence[tuple[Row, Facts]], commit: str | None, part: int
    ) -> Callable[[], Mapping[str, str]]:
        def render() -> Mapping[str, str]:
            def page(limits: Limits) -> tuple[Page, Mapping[str, str]]:
                shown = overview.overview(lines, self.names, collected.models, part, limits.experiments)
                cut = {overview.FILE: overview.overview_file(lines, self.names)} if shown.cut else {}
                return shown, cut

            build = self._build(PageKind.OVERVIEW, commit, now())
            return _fitting(overview_pages(len(lines))[part], PageKind.OVERVIEW, build, page)

        return render

    def estimates(self, collected: Collected) -> _Task:
        def page(limits: Limits) -> tuple[Page, Mapping[str, str]]:
            shown = accuracy.accuracy(collected.graded, self.names, limits.points)
            return shown, {accuracy.FILE: accuracy.accuracy_file(collected.graded)} if shown.cut else {}

        build = self._build(PageKind.ESTIMATES)
        key = key_of(self.made_by, collected.graded, sorted(self.names))
        return _Task(
            ESTIMATES,
            key,
            lambda: _fitting(ESTIMATES, PageKind.ESTIMATES, build, page),
            (accuracy.FILE,),
        )

    def throughput(self, collected: Collected) -> _Task:
        def page(limits: Limits) -> tuple[Page, Mapping[str, str]]:
            shown = throughput.throughput(collected.speeds, limits.lines)
            return shown, {throughput.FILE: throughput.throughput_file(collected.speeds)} if shown.cut else {}

        build = self._build(PageKind.THROUGHPUT)
        return _Task(
            THROUGHPUT,
            key_of(self.made_by, collected.speeds),
            lambda: _fitting(THROUGHPUT, PageKind.THROUGHPUT, build, page),
            (throughput.FILE,),
        )

    def experiment(self, material: Material) -> _Task:
        own = self.names[material.name]
        path = experiment_page(own)

        def render() -> Mapping[str, str]:
            document = readable(self.home.summary(material.name))
            link_to = links_from(f"{EXPERIMENTS}/{material.name}", self._files(), self._page_of)

            def page(limits: Limits) -> tuple[Page, Mapping[str, str]]:
                made: Made = experiment(material, document, own, link_to, limits)
                return made.page, made.files

            build = self._build(PageKind.EXPERIMENT)
            return _fitting(path, PageKind.EXPERIMENT, build, page)

        key = key_of(self.made_by, self._files(), material)
        return _Task(path, key, render, data_files(own))

    def _page_of(self, name: str) -> str:
        """The page of an experiment, beside another; of one that is not there too, for it may come."""
        return f"{self.names.get(name) or file_name(name)}.html"

    def _files(self) -> str | None:
        """The way from an experiment's page to the registry, where the site lies in it."""
        root, out = self.home.root.resolve(), self.out.resolve()
        if not out.is_relative_to(root):
            return None
        return Path(os.path.relpath(root, out / EXPERIMENTS)).as_posix()

    def _commit(self) -> str | None:
        try:
            head = open_repo(self.home.root).head()
        except CkregError:  # a folder that was only copied
            return None
        return None if head is None else head[:_SHORT]

    def _build(self, kind: PageKind, commit: str | None = None, made: datetime | None = None) -> Build:
        up = "../" if kind is PageKind.EXPERIMENT else ""
        places = (
            ("Overview", OVERVIEW, PageKind.OVERVIEW),
            ("Estimates", ESTIMATES, PageKind.ESTIMATES),
            ("Throughput", THROUGHPUT, PageKind.THROUGHPUT),
        )
        links = tuple(Link(word, f"{up}{path}", current=kind is place) for word, path, place in places)
        local = None if made is None else made.replace(tzinfo=None)
        return Build(title=self.title, navigation=links, version=self.version, commit=commit, made=local)


def _fitting(
    path: str,
    kind: PageKind,
    build: Build,
    page: Callable[[Limits], tuple[Page, Mapping[str, str]]],
) -> Mapping[str, str]:
    """The page and the files beside it; made again with less until it is small enough."""
    limits = Limits()
    for _ in range(_SMALLEST):
        shown, files = page(limits)
        html = render_page(kind, build, shown)
        if fits(html):
            break
        limits = limits.less(len(html.encode("utf-8", "replace")))
    return {path: html, **files}
