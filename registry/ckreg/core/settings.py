"""The settings: one table of keys, and the merge of the places that set them, strongest first."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import NamedTuple, TypeVar

from ckreg.core.saved_queries import SavedQuery, merged
from ckreg.core.setting_kinds import Kind, Value, checked, from_words, full_path, placeholder
from ckreg.core.text import one_line
from ckreg.errors import MalformedError

BUILT_IN = "built-in"
DEFAULT_LOG_PATTERNS = ("slurm-*.out", "slurm-*.err", "ck-out-*/**/*.out")

T = TypeVar("T")


def _key(kind: Kind, default: T, explanation: str, example: str, *, personal: bool = False) -> T:
    """One row of the table; `example` is how `ckreg.toml` would say it.

    A `personal` one says what runs here: only the person themselves may set it, nothing in a registry.
    """
    facts = {"kind": kind, "help": explanation, "example": example, "personal": personal}
    return field(default=default, metadata=facts)


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its value; `origins` says where each came from."""

    models_dir: str | None = _key(
        Kind.PATH, None, "Where the pretrained models lie, one folder a model.", '"/scratch/group/models"'
    )
    scratch_dir: str | None = _key(
        Kind.PATH,
        None,
        "Where jobs write; logs are searched here and disk space is checked.",
        '"/scratch/me"',
    )
    ck_data_dir: str | None = _key(Kind.PATH, None, "Where input datasets lie.", '"/scratch/group/ck-data"')
    log_patterns: tuple[str, ...] = _key(
        Kind.LIST,
        DEFAULT_LOG_PATTERNS,
        "Which files below a folder are job logs.",
        '["slurm-*.out", "slurm-*.err", "ck-out-*/**/*.out"]',
    )
    account: str | None = _key(Kind.TEXT, None, "Slurm account that jobs are charged to.", '"lab"')
    partition: str | None = _key(Kind.TEXT, None, 'Slurm partition; "(none)" leaves it to Slurm.', '"gpu"')
    constraint: str | None = _key(Kind.TEXT, None, "Slurm constraint that selects nodes.", '"gpu80"')
    time: str | None = _key(
        Kind.TIME, None, "Time limit of a job for which there is no estimate.", '"0:59:00"'
    )
    gpus: int = _key(Kind.WHOLE, 1, "GPUs of a job where the spec says nothing.", "1")
    gpu_type: str | None = _key(
        Kind.TEXT, None, "GPU that jobs run on; prior runs on it count first.", '"A100"'
    )
    gpu_memory_gib: float | None = _key(
        Kind.AMOUNT, None, "Memory of that GPU in GiB; batch sizes follow it.", "80"
    )
    cpus: int | None = _key(Kind.WHOLE, None, "CPU cores of a job; without, what Slurm gives.", "8")
    memory: str | None = _key(Kind.TEXT, None, "Main memory of a job, as sbatch --mem takes it.", '"64G"')
    conda_env: str | None = _key(Kind.TEXT, None, "Conda environment that jobs activate.", '"finetune"')
    modules: tuple[str, ...] = _key(
        Kind.LIST, (), "Environment modules that jobs load.", '["anaconda3/2025.6"]'
    )
    max_gpu_hours: float | None = _key(
        Kind.AMOUNT, None, "A plan of more GPU hours is told what to cut.", "500"
    )
    max_submit: int | None = _key(Kind.WHOLE, None, "At most this many jobs in the queue at once.", "100")
    scheduler: str = _key(
        Kind.SCHEDULER,
        "slurm",
        "Who runs jobs: slurm, or local, which is this machine; in your own config only.",
        '"local"',
        personal=True,
    )
    local_jobs: int = _key(Kind.WHOLE, 1, "Jobs of this machine that run at once.", "2")
    check_select: tuple[str, ...] = _key(
        Kind.LIST, (), "The rules that `ckreg check` asks for; all if none.", '["CK1", "CK301"]'
    )
    check_ignore: tuple[str, ...] = _key(
        Kind.LIST, (), "Rules that `ckreg check` leaves out.", '["CK207", "CK5"]'
    )
    concurrent_jobs: int | None = _key(
        Kind.WHOLE, None, "Jobs that run at once, for the wall time of a plan.", "8"
    )
    sign: bool = _key(Kind.FLAG, False, "Sign ckreg's own commits, as `git commit -S` does.", "false")
    lock_timeout_seconds: float = _key(
        Kind.AMOUNT, 60.0, "How long to wait for another ckreg that is writing, in seconds.", "60"
    )
    queries: tuple[SavedQuery, ...] = _key(
        Kind.QUERIES,
        (),
        "Queries that `ckreg query NAME` asks.",
        """{ slow = "SELECT run_name FROM run_summary WHERE elapsed_seconds > 36000" }""",
    )
    quota_command: str | None = _key(
        Kind.TEXT,
        None,
        "Command that tells your quota; in your own config only.",
        '"lfs quota -h -g lab /scratch"',
        personal=True,
    )
    notify_command: str | None = _key(
        Kind.TEXT,
        None,
        "Command that is told what syncs change; own config only.",
        '"mail -s {title} me@example.org"',
        personal=True,
    )
    notify_webhook: str | None = _key(
        Kind.TEXT,
        None,
        "Webhook that is told the same; in your own config only.",
        '"https://chat.example.org/hooks/KEY"',
        personal=True,
    )
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)
    warnings: tuple[str, ...] = field(default=(), compare=False)


class Key(NamedTuple):
    """A row of the table of settings."""

    name: str
    kind: Kind
    help: str
    example: str
    personal: bool


KEYS: Mapping[str, Key] = {
    row.name: Key(row.name, *(row.metadata[name] for name in ("kind", "help", "example", "personal")))
    for row in dataclasses.fields(Settings)
    if row.metadata
}


class Form(Enum):
    """How a place writes its values."""

    TYPED = auto()
    WORDS = auto()
    PROSE = auto()  # words that a person wrote for people: what is not understood is a warning


@dataclass(frozen=True, slots=True)
class Layer:
    """What one place says. `places` names, for messages, where each key stands (`ckreg.toml:4`).

    A `personal` place is the person's own, not a registry's: it alone may say what runs here.
    """

    source: str
    values: Mapping[str, object]
    base: str
    form: Form = Form.TYPED
    places: Mapping[str, str] = field(default_factory=dict)
    personal: bool = False

    def place(self, name: str) -> str:
        """Where the key is set, as messages and `ckreg config` name it."""
        return self.places.get(name, self.source)


def merge(layers: Iterable[Layer], *, home: str, warnings: Iterable[str] = ()) -> Settings:
    """Settings from the places that set them, the strongest first; `home` is what `~` stands for.

    Raises:
        MalformedError: a value is not of its key's kind.
    """
    values: dict[str, Value] = {}
    origins: dict[str, str] = {}
    said = list(warnings)
    for layer in layers:
        for name, raw in layer.values.items():
            fault = _fault(layer, name, raw)
            if fault:
                said.append(fault)
                continue
            value = _value(layer, KEYS[name], raw, home)
            if KEYS[name].kind is Kind.QUERIES:
                values[name] = _with_weaker(values.get(name), value, layer.place(name))
            values.setdefault(name, value)
            origins.setdefault(name, layer.place(name))
    for name in KEYS:
        origins.setdefault(name, BUILT_IN)
    return Settings(**values, origins=origins, warnings=tuple(said))  # type: ignore[arg-type]  # kinds were checked


def _with_weaker(stronger: Value, weaker: Value, place: str) -> Value:
    """The queries of all places together: each has its name, and stands where it was written."""
    mine = stronger if isinstance(stronger, tuple) else ()
    theirs = weaker if isinstance(weaker, tuple) else ()
    placed = [replace(query, place=place) for query in theirs if isinstance(query, SavedQuery)]
    return merged([query for query in mine if isinstance(query, SavedQuery)], placed)


def _fault(layer: Layer, name: str, raw: object) -> str | None:
    """Why the value is passed over with a warning, if it is."""
    if name not in KEYS:
        near = nearest(name)
        hint = f" Did you mean `{near}`?" if near else " `ckreg config` lists those that are."
        return f"{layer.place(name)}: `{one_line(name)}` is not a setting and is ignored.{hint}"
    if KEYS[name].personal and not layer.personal:
        return (
            f"{layer.place(name)}: `{name}` is ignored here, as a registry may not say what runs here. "
            f"Set it in ~/.config/ckreg/config.toml or as CKREG_{name.upper()}."
        )
    gap = placeholder(raw)
    if gap:
        return f"{layer.place(name)}: `{name}` is the placeholder `{one_line(gap)}` and counts as not set."
    if layer.form is Form.PROSE:
        try:
            from_words(KEYS[name].kind, str(raw))
        except ValueError as error:
            return f"{layer.place(name)}: `{name}` is passed over: expected {error}, found {_shown(raw)}."
    return None


def _value(layer: Layer, key: Key, raw: object, home: str) -> Value:
    try:
        value = checked(key.kind, raw) if layer.form is Form.TYPED else from_words(key.kind, str(raw))
    except ValueError as error:
        raise MalformedError(
            f"{layer.place(key.name)}: `{key.name}` must be {error}, not {_shown(raw)}, "
            f"for example `{key.name} = {key.example}`."
        ) from None
    if key.kind is Kind.PATH and isinstance(value, str):
        return full_path(value, base=layer.base, home=home)
    return value


def _shown(raw: object) -> str:
    text = one_line(repr(raw))
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004  # a line of a message


def nearest(name: str) -> str | None:
    """The setting whose name is most like this one, if any is near."""
    from difflib import get_close_matches  # noqa: PLC0415  # only for somebody's typing error

    return next(iter(get_close_matches(name.lower(), KEYS, n=1)), None)


def default_ckreg_toml() -> str:
    """The `ckreg.toml` of a new registry: every setting explained and commented out."""
    shared = (key for key in KEYS.values() if not key.personal)
    return _HEAD + "".join(f"\n# {key.help}\n# {key.name} = {key.example}\n" for key in shared)


_HEAD = """\
# ckreg.toml: conventions and defaults of the group that shares this registry.
# It is committed. Take the leading `# ` off a line to set it; these are examples.
#
# Stronger than this file, the strongest first: an option on the command line, a
# variable such as CKREG_SCRATCH_DIR, ~/.config/ckreg/config.toml, and, not
# committed, ckreg.local.toml and claude.local.md. `ckreg config` shows every value
# with where it came from.
"""
