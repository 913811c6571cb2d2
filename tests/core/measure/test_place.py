import pytest

from ckreg.core.measure.place import Place, place_of


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("slurm-123.out", Place("123", None, None, None)),
        ("/scratch/slurm-123_4.out", Place("123_4", 4, None, None)),
        ("/s/words_2026-11-02/ck-out-M_rank4/slurm-37.out", Place("37", None, "words_2026-11-02", "M_rank4")),
        ("/s/e/ck-out-r/eval/logs/slurm-3.err", Place("3", None, "e", "r")),
        ("/r/experiments/e/r/slurm-9.out", Place("9", None, "e", "r")),
        ("/r/experiments/e/slurm-9.out", Place("9", None, None, None)),
        ("ck-out-r/x.out", Place(None, None, None, "r")),
        ("logs/llama_lora_25021935.out", Place("25021935", None, None, None)),
        ("logs/a100_g1b6-6076452.out", Place("6076452", None, None, None)),
        ("logs/train-501234_7.err", Place("501234_7", 7, None, None)),
        ("logs/run-20261022.out", Place(None, None, None, None)),
        ("logs/run_5.out", Place(None, None, None, None)),
        ("logs/slurm-99999999999.out", Place(None, None, None, None)),
        ("", Place(None, None, None, None)),
    ],
)
def test_a_place_is_what_the_path_tells(path: str, place: Place) -> None:
    assert place_of(path) == place
