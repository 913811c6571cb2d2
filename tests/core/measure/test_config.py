from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.measure.config import bool_of, int_of, read_config, text_of

TEXT = """\
batch_size: 8
checkpointer:
  _component_: torchtune.training.FullModelHFCheckpointer
  checkpoint_files:
  - a.bin
  - b.bin
dataset:
  column_map:
    input: 'word: x'
  packed: false
epochs: 2
seed: null
"""


def test_nested_keys_are_dotted_and_lists_have_an_item_a_line() -> None:
    config = read_config(TEXT)
    assert config["checkpointer._component_"] == "torchtune.training.FullModelHFCheckpointer"
    assert config["checkpointer.checkpoint_files"] == "a.bin\nb.bin"
    assert config["dataset.column_map.input"] == "word: x"
    assert int_of(config, "batch_size") == 8
    assert bool_of(config, "dataset.packed") is False
    assert text_of(config, "seed") is None
    assert int_of(config, "dataset.packed") is None
    assert bool_of(config, "epochs") is None


def test_line_endings_do_not_matter() -> None:
    assert read_config(TEXT.replace("\n", "\r\n")) == read_config(TEXT)


@given(st.text())
def test_no_text_raises(text: str) -> None:
    read_config(text)
