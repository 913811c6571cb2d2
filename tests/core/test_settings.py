import tomllib

import pytest

from ckreg.core.setting_kinds import Kind, checked, from_words
from ckreg.core.settings import KEYS, Form, Layer, Settings, default_ckreg_toml, merge
from ckreg.errors import MalformedError


def layer(source: str, form: Form = Form.TYPED, **values: object) -> Layer:
    return Layer(source, values, "/registry", form)


def test_the_stronger_place_wins_and_origins_say_so() -> None:
    settings = merge([layer("strong", gpus=4), layer("weak", gpus=2, account="lab")], home="/home/ada")
    assert (settings.gpus, settings.account) == (4, "lab")
    assert settings.origins["gpus"] == "strong"
    assert settings.origins["account"] == "weak"
    assert settings.origins["partition"] == "built-in"


def test_built_in_values() -> None:
    settings = merge([], home="/home/ada")
    assert settings == Settings()
    assert settings.log_patterns == ("slurm-*.out", "slurm-*.err", "ck-out-*/**/*.out")
    assert (settings.gpus, settings.sign, settings.lock_timeout_seconds) == (1, False, 60)
    assert settings.models_dir is None


def test_none_is_a_value_that_beats_a_weaker_place() -> None:
    settings = merge([layer("a", Form.WORDS, partition="(none)"), layer("b", partition="gpu")], home="/h")
    assert settings.partition is None
    assert settings.origins["partition"] == "a"


def test_a_placeholder_counts_as_not_set_and_is_pointed_out() -> None:
    settings = merge([layer("a", account="<group>"), layer("b", account="lab")], home="/h")
    assert settings.account == "lab"
    assert settings.warnings == ("a: `account` is the placeholder `<group>` and counts as not set.",)


def test_an_unknown_key_is_ignored_with_a_suggestion() -> None:
    settings = merge([Layer("ckreg.toml", {"modles_dir": "/m"}, "/r")], home="/h")
    assert settings.models_dir is None
    assert "Did you mean `models_dir`?" in settings.warnings[0]


def test_an_unknown_key_cannot_reach_the_terminal_raw() -> None:
    settings = merge([Layer("ckreg.toml", {"\x1b[2Jx\n": 1}, "/r")], home="/h")
    assert settings.warnings[0].isprintable()


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("/abs", "/abs"),
        ("~", "/home/ada"),
        ("~/models", "/home/ada/models"),
        ("models", "/registry/models"),
        ("$HOME/x", "/registry/$HOME/x"),
        ("$(touch x)", "/registry/$(touch x)"),
        ("~bob/x", "/registry/~bob/x"),
        ("/a/~/b", "/a/~/b"),
    ],
)
def test_of_a_path_only_a_leading_tilde_is_expanded(given: str, path: str) -> None:
    assert merge([layer("a", models_dir=given)], home="/home/ada").models_dir == path


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("gpus", "2"),
        ("gpus", True),
        ("gpus", 0),
        ("gpus", 1.5),
        ("gpus", 10**400),
        ("account", 3),
        ("account", "two\nlines"),
        ("models_dir", "/a\x1b[31m"),
        ("time", "an hour"),
        ("sign", "yes"),
        ("modules", "anaconda3"),
        ("modules", ["a", 1]),
        ("gpu_memory_gib", float("nan")),
        ("gpu_memory_gib", -80),
        ("log_patterns", {"a": 1}),
    ],
)
def test_a_value_of_the_wrong_kind_is_a_fault_with_its_place(key: str, value: object) -> None:
    wrong = Layer("ckreg.toml", {key: value}, "/r", places={key: "ckreg.toml:7"})
    with pytest.raises(MalformedError, match=rf"^ckreg.toml:7: `{key}` must be ") as caught:
        merge([wrong], home="/h")
    assert str(caught.value).isprintable()


def test_prose_that_is_not_understood_is_a_warning() -> None:
    settings = merge([layer("claude.local.md", Form.PROSE, gpus="as many as there are")], home="/h")
    assert settings.gpus == 1
    assert "expected a whole number" in settings.warnings[0]


@pytest.mark.parametrize(
    ("kind", "words", "value"),
    [
        (Kind.WHOLE, "2", 2),
        (Kind.AMOUNT, "0.5", 0.5),
        (Kind.FLAG, "Yes", True),
        (Kind.FLAG, "0", False),
        (Kind.LIST, "a/1.0, b", ("a/1.0", "b")),
        (Kind.TIME, "1-12:00:00", "1-12:00:00"),
        (Kind.TEXT, " lab ", "lab"),
        (Kind.TEXT, "", None),
    ],
)
def test_words_become_values(kind: Kind, words: str, value: object) -> None:
    assert from_words(kind, words) == value


@pytest.mark.parametrize(("kind", "words"), [(Kind.WHOLE, "2.5"), (Kind.WHOLE, "-1"), (Kind.FLAG, "maybe")])
def test_words_that_are_no_such_value(kind: Kind, words: str) -> None:
    with pytest.raises(ValueError, match=kind.value):
        from_words(kind, words)


def test_every_built_in_value_is_of_its_own_kind() -> None:
    for name, key in KEYS.items():
        value = getattr(Settings(), name)
        assert value is None or checked(key.kind, value) == value


def test_the_default_file_sets_nothing_and_every_example_in_it_is_valid() -> None:
    text = default_ckreg_toml()
    assert tomllib.loads(text) == {}
    assert max(map(len, text.splitlines())) <= 88
    keys = [line for line in text.splitlines() if " = " in line]
    values = tomllib.loads("\n".join(line.removeprefix("# ") for line in keys))
    assert list(values) == [name for name, key in KEYS.items() if not key.personal]
    settings = merge([Layer("ckreg.toml", values, "/r")], home="/h")
    assert settings.warnings == ()
    assert settings.gpu_memory_gib == 80
