"""What a Trainer's log says of its settings, in whichever form they were printed."""

import re
from typing import NamedTuple

from ckreg.core.measure.log_settings import bool_setting, int_setting, text_setting

_RUNNING = b"***** Running training *****"
_ANNOUNCED = rb"%b = ([\d,]{1,15})"
_LOADED = re.compile(rb"loading configuration file ([^\s]{1,500})/config\.json")
_SNAPSHOT = re.compile(r"models--(?P<owner>[^/]+?)--(?P<name>[^/]+)/snapshots/")
_RANK = re.compile(rb"local_rank: (\d{1,4})\b|\[rank(\d{1,4})\]|Process rank: (\d{1,4})\b")
_LOCAL = ("/", ".", "~")


class HfSettings(NamedTuple):
    """None where the log does not print it; the batch is that of one device."""

    model: str | None
    dataset: str | None
    lora_rank: int | None
    batch_size: int | None
    grad_accum: int | None
    packed: bool | None
    max_seq_len: int | None
    n_gpus: int | None
    epochs: int | None
    steps_total: int | None


UNKNOWN_SETTINGS = HfSettings(*[None] * 10)


def hf_settings(data: bytes) -> HfSettings:
    """The settings of one training; what the Trainer announced goes before what was asked for."""
    at = data.find(_RUNNING)
    announced = data[at : at + 4000] if at >= 0 else b""
    batch_size = _announced(announced, b"Instantaneous batch size per device") or int_setting(
        data, "per_device_train_batch_size", "micro_batch_size"
    )
    grad_accum = _announced(announced, b"Gradient Accumulation steps") or int_setting(
        data, "gradient_accumulation_steps"
    )
    max_steps = int_setting(data, "max_steps")
    epochs = _announced(announced, b"Num Epochs") or int_setting(data, "num_train_epochs", "num_epochs")
    return HfSettings(
        model=_model(data),
        dataset=text_setting(data, "dataset_name", "dataset_mixer", "train_file"),
        lora_rank=_lora_rank(data),
        batch_size=batch_size,
        grad_accum=grad_accum,
        packed=_packed(data),
        max_seq_len=int_setting(data, "max_seq_length", "cutoff_len", "sequence_len"),
        n_gpus=_gpus(data, announced, batch_size, grad_accum),
        epochs=epochs,
        steps_total=_announced(announced, b"Total optimization steps") or max_steps or None,
    )


def _announced(text: bytes, words: bytes) -> int | None:
    match = re.search(_ANNOUNCED % re.escape(words), text)
    digits = match[1].replace(b",", b"") if match else b""
    return int(digits) if digits else None


def _model(data: bytes) -> str | None:
    name = text_setting(data, "model_name_or_path", "base_model")
    if name is None and (loaded := _LOADED.search(data)):
        name = loaded[1].decode(errors="replace")
    name = name or text_setting(data, "model_name", "name_or_path")
    if name is None:
        return None
    if snapshot := _SNAPSHOT.search(name + "/"):
        return f"{snapshot['owner']}/{snapshot['name']}"
    if name.startswith(_LOCAL):
        return name.rstrip("/").rpartition("/")[2] or None
    return name


def _lora_rank(data: bytes) -> int | None:
    """None where the rank is printed but not used."""
    if bool_setting(data, "use_peft") is False:
        return None
    return int_setting(data, "lora_r", "lora_rank", "lora_dim")


def _packed(data: bytes) -> bool | None:
    if b"You are using packing" in data or b"Packing train dataset" in data:
        return True
    return bool_setting(data, "packing", "sample_packing")


def _gpus(data: bytes, announced: bytes, batch_size: int | None, grad_accum: int | None) -> int | None:
    together = _announced(announced, b"Total train batch size (w. parallel, distributed & accumulation)")
    each = (batch_size or 0) * (grad_accum or 1)
    if together and each and together % each == 0 and (together > each or b"cuda" in data):
        return together // each
    named = int_setting(data, "nproc_per_node", "device_count", "world_size", "num_processes")
    return named or _ranks(data)


def _ranks(data: bytes) -> int | None:
    """One more than the highest rank that says anything, if that is more than one."""
    ranks = [int(match[1] or match[2] or match[3]) for match in _RANK.finditer(data)]
    return max(ranks) + 1 if ranks and max(ranks) > 0 else None
