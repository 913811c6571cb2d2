"""Values in scripts stay data: bash and Slurm's own rules say what comes out."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckreg.core.scaffold.quoting import literal, sbatch_file, sbatch_value, shell
from ckreg.errors import RefusedError

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=20)
@given(st.lists(TEXTS, min_size=1, max_size=8))
def test_bash_reads_every_word_back(texts: list[str]) -> None:
    script = f"printf '%s\\0' {' '.join(map(shell, texts))}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
    assert done.stdout.decode().split("\0")[:-1] == texts


@given(TEXTS)
def test_a_word_stays_on_its_line(text: str) -> None:
    """Even after a `#`, where quotes mean nothing."""
    assert not set(shell(text)) & set("\n\r\x0b\x0c\x85\u2028\u2029")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("plain", "plain"),
        ("two words", "'two words'"),
        ("it's", "'it'\"'\"'s'"),
        ("$(id)", "'$(id)'"),
        ("a\nb", "$'a\\x0ab'"),
        ("a\n'b\\", "$'a\\x0a\\'b\\\\'"),
        ("", "''"),
    ],
)
def test_how_a_word_is_written(text: str, word: str) -> None:
    assert shell(text) == word


@pytest.mark.parametrize(
    ("folder", "path"),
    [
        ("/scratch/me", "/scratch/me/slurm-%j.out"),
        ("/scratch/my files", '"/scratch/my files/slurm-%j.out"'),
        ("/scratch/100%", "/scratch/100%%/slurm-%j.out"),
    ],
)
def test_a_path_in_an_sbatch_line(folder: str, path: str) -> None:
    assert sbatch_file(folder, "slurm-%j.out", name="scratch_dir") == path


@pytest.mark.parametrize("folder", ["/a\n#SBATCH --wrap=id", '/a"b', "/a'b", "/a\\b", "/a#b", "/a\x1b[2J"])
def test_a_path_that_slurm_would_read_otherwise_is_refused(folder: str) -> None:
    with pytest.raises(RefusedError, match=r"^scratch_dir: .* cannot stand in a #SBATCH line") as caught:
        sbatch_file(folder, "slurm-%j.out", name="scratch_dir")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("value", ["lab", "gpu80&nvlink", "[a|b]*2", "1-02:00:00", "64G", "a,b"])
def test_values_that_slurm_takes(value: str) -> None:
    assert sbatch_value(value, name="constraint") == value


@pytest.mark.parametrize(
    "value", ["", "a b", "a\nb", "lab --wrap=id", "a;b", "$(id)", "a'b", "a#b", "\u202ea"]
)
def test_a_value_of_more_than_one_word_is_refused(value: str) -> None:
    with pytest.raises(RefusedError, match=r"^account: "):
        sbatch_value(value, name="account")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("${oc.env:HOME}", "\\${oc.env:HOME}"),
        ("a $HOME {b}", "a $HOME {b}"),
        ("\\${x}", "\\\\\\${x}"),
        ("\\\\${x}", "\\\\\\\\\\${x}"),
        ("\\n", "\\n"),
    ],
)
def test_omegaconf_is_told_what_is_no_replacement(text: str, written: str) -> None:
    r"""OmegaConf's documentation: `\${` is `${`, and backslashes before it are doubled."""
    assert literal(text) == written
    assert literal({"a": (text, 1)}) == {"a": [written, 1]}
