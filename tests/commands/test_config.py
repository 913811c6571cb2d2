from pathlib import Path

import pytest

from ckreg.commands.config import config
from ckreg.core.settings import KEYS
from ckreg.errors import NotFoundError


def test_every_setting_is_shown_with_its_origin(tmp_path: Path) -> None:
    (tmp_path / "ckreg.toml").write_text("gpus = 2\n")
    shown = {setting.key: setting for setting in config(tmp_path).settings}
    assert list(shown) == list(KEYS)
    assert (shown["gpus"].value, shown["gpus"].origin) == (2, "ckreg.toml:1")


def test_outside_a_registry_there_are_settings_too(tmp_path: Path) -> None:
    (gpus,) = config(tmp_path, "gpus").settings
    assert (gpus.value, gpus.origin) == (1, "built-in")


def test_a_typing_error_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="Did you mean `scratch_dir`"):
        config(tmp_path, "scratchdir")
