"""Scripts and configs: single values change, every other byte stays."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckreg.core.retry.files import asked_in, changed, is_marked
from ckreg.core.retry.values import Change, In
from ckreg.errors import MalformedError

SCRIPT = """\
#!/bin/bash
#SBATCH --job-name=a
#SBATCH --mem=64G --gres=gpu:1
# somebody's comment
#SBATCH --time=1:00:00

#SBATCH -t 2:00:00
tune run x --config finetune.yaml
#SBATCH --time=9:00:00
"""
CONFIG = """\
# mine
output_dir: /o
batch_size: 4  # fits
dataset:
  batch_size: 7
gradient_accumulation_steps: 1
resume_from_checkpoint: False
"""


def test_what_they_ask_for() -> None:
    asked = asked_in(SCRIPT, CONFIG, 2, "c")
    assert (asked.time, asked.memory_option, asked.memory) == ("2:00:00", "mem", "64G")
    assert (asked.batch_size, asked.accumulation, asked.resumes, asked.corrected) == (4, 1, False, False)


def test_the_option_that_counts_changes() -> None:
    change = Change(In.SCRIPT, "time", "2:00:00", "5:00:00")
    after = changed(SCRIPT, In.SCRIPT, [change], 2, "TIMEOUT", "s")
    assert after == SCRIPT.replace(
        "#SBATCH -t 2:00:00",
        "# ckreg retry, attempt 2: time 2:00:00 to 5:00:00 (TIMEOUT)\n#SBATCH -t 5:00:00",
    )
    assert is_marked(after)
    assert asked_in(after, None, 2, "c").corrected
    assert not asked_in(after, None, 3, "c").corrected


def test_one_of_several_options_on_a_line() -> None:
    after = changed(SCRIPT, In.SCRIPT, [Change(In.SCRIPT, "mem", "64G", "128G")], 2, "w", "s")
    assert "#SBATCH --mem=128G --gres=gpu:1\n" in after


def test_an_option_that_was_not_there_comes_last() -> None:
    text = "#!/bin/sh\n#SBATCH --mem=1G\n\ntrue\n"
    after = changed(text, In.SCRIPT, [Change(In.SCRIPT, "time", None, "0:10:00")], 2, "w", "s")
    assert after == (
        "#!/bin/sh\n#SBATCH --mem=1G\n"
        "# ckreg retry, attempt 2: time 0:10:00 (w)\n#SBATCH --time=0:10:00\n\ntrue\n"
    )


def test_a_script_without_options_or_line_end() -> None:
    after = changed("#!/bin/sh", In.SCRIPT, [Change(In.SCRIPT, "time", None, "0:10:00")], 2, "w", "s")
    assert after.split("\n") == [
        "#!/bin/sh",
        "# ckreg retry, attempt 2: time 0:10:00 (w)",
        "#SBATCH --time=0:10:00",
        "",
    ]


def test_line_ends_stay() -> None:
    text = SCRIPT.replace("\n", "\r\n")
    after = changed(text, In.SCRIPT, [Change(In.SCRIPT, "time", "2:00:00", "5:00:00")], 2, "w", "s")
    assert "\n" not in after.replace("\r\n", "")


def test_keys_at_the_top_only() -> None:
    wanted = [
        Change(In.CONFIG, "batch_size", "4", "2"),
        Change(In.CONFIG, "resume_from_checkpoint", "false", "true"),
    ]
    after = changed(CONFIG, In.CONFIG, wanted, 2, "w", "c")
    kept = [line for line in after.splitlines() if not line.startswith("# ckreg")]
    assert kept == [
        "# mine",
        "output_dir: /o",
        "batch_size: 2  # fits",
        "dataset:",
        "  batch_size: 7",
        "gradient_accumulation_steps: 1",
        "resume_from_checkpoint: true",
    ]


def test_a_key_that_is_not_there_is_added() -> None:
    change = Change(In.CONFIG, "gradient_accumulation_steps", None, "2")
    after = changed("batch_size: 4", In.CONFIG, [change], 2, "w", "c")
    assert after.splitlines()[0] == "batch_size: 4"
    assert after.splitlines()[-1] == "gradient_accumulation_steps: 2"


@pytest.mark.parametrize("config", ['"batch_size": 4\n', "{batch_size: 4}\n"])
def test_a_config_in_another_shape_is_refused(config: str) -> None:
    with pytest.raises(MalformedError, match="by hand"):
        changed(config, In.CONFIG, [Change(In.CONFIG, "batch_size", "4", "2")], 2, "w", "c")


def test_words_cannot_leave_their_comment() -> None:
    change = Change(In.SCRIPT, "mem", "64G", "128G")
    after = changed(SCRIPT, In.SCRIPT, [change], 2, "x\nrm -rf ~\r\x1b[31m", "s")
    assert "\nrm" not in after
    assert "\x1b" not in after


_WORDS = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=60)
@given(st.lists(_WORDS, max_size=5), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_every_other_line_of_a_script_stays(words: list[str], newline: str, named: bool) -> None:
    lines = [
        "#!/bin/bash",
        *(f"# {word}" for word in words),
        *(["#SBATCH --time=5"] if named else []),
        "true",
    ]
    text = newline.join(lines)
    after = changed(text, In.SCRIPT, [Change(In.SCRIPT, "time", "5", "0:10:00")], 2, "w", "s")
    kept = [line for line in after.split(newline) if not line.startswith("# ckreg retry, attempt 2:")]
    wanted = [line for line in lines if line != "#SBATCH --time=5"]
    assert [line for line in kept if line != "#SBATCH --time=0:10:00"] == wanted
    assert kept.count("#SBATCH --time=0:10:00") == 1
    assert asked_in(after, None, 2, "c").time == "0:10:00"
