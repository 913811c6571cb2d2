"""Logs of torchtune long enough to be read by windows, made as tqdm draws them."""

import random

BANNER = "INFO:torchtune.utils._logging:Running LoRAFinetuneRecipeSingleDevice with resolved config:\n\n"
CONFIG = """\
batch_size: 4
checkpointer:
  checkpoint_dir: /scratch/lab/models/Llama-3.2-1B-Instruct
dataset:
  packed: false
epochs: {epochs}
gradient_accumulation_steps: 1
model:
  _component_: torchtune.models.llama3_2.lora_llama3_2_1b
  lora_rank: 8
optimizer:
  _component_: torch.optim.AdamW
  fused: true
  lr: 0.0003
  weight_decay: 0.01
output_dir: /scratch/lab/words_lora_comparison_2025-10-22/ck-out-Llama-3.2-1B-Instruct_rank8
profiler:
  _component_: torchtune.training.setup_torch_profiler
  enabled: false
  output_dir: /scratch/lab/words_lora_comparison_2025-10-22/ck-out-Llama-3.2-1B-Instruct_rank8/profile
resume_from_checkpoint: false

INFO:torchtune.utils._logging:Model is initialized with precision torch.bfloat16.
INFO:torchtune.utils._logging:Memory stats after model init:
\tGPU peak memory allocation: 2.41 GiB
"""
DONE = "The full model checkpoint, including all weights and configurations, has been saved successfully."


def long_log(
    *, epochs: int = 2, steps: int = 400, pace: float = 0.7, seed: int = 1, until: int | None = None
) -> bytes:
    """Epochs of `steps` steps of `pace` seconds, a save of 50 s after each; cut after the step `until`."""
    chance = random.Random(seed)  # noqa: S311  # digits to fill a log with
    text = BANNER + CONFIG.format(epochs=epochs)
    for epoch in range(epochs):
        before, behind = ("\n\r", "\x1b[A") if epoch else ("\r", "")
        text += f"\r  0%|          | 0/{steps} [00:00<?, ?it/s]{behind}"
        frames, at = [], 0
        for count in range(1, steps + 1):
            at, loss = epoch * steps + count, f"{chance.random() * 3:.17g}"
            seconds = 20 * (not epoch) + count * pace * (1 + 0.02 * chance.random() / count)
            drawn = bar(count, steps, seconds, pace)
            frames += [f"{epoch + 1}|{described}|Loss: {loss}: {drawn}" for described in (at - 1, at)][
                count == 1 :
            ]
            if at == until:
                break
        text += "".join(f"{before}{frame}{behind}" for frame in frames)
        if at == until:
            return text.encode()
        text += saved(epoch, last=epoch == epochs - 1)
        text += f"\r{frames[-1].rpartition('[')[0]}[{clock(steps * pace + 50)}<00:00,  1.30s/it]\n"
    return text.encode()


def saved(epoch: int, *, last: bool) -> str:
    logger = "INFO:torchtune.utils._logging:"
    return (
        f"{logger}Starting checkpoint save...\n"
        f"{logger}Model checkpoint of size 2.30 GiB saved to /o/epoch_{epoch}/model-00001-of-00001.bin\n"
        f"{f'{logger}{DONE}' if last else ''}\n{logger}Checkpoint saved in 5{epoch}.00 seconds.\n"
    )


def bar(count: int, total: int, seconds: float, pace: float) -> str:
    full, part = divmod(80 * count // total, 8)
    drawn = "█" * full + (" ▏▎▍▌▋▊▉"[part] if part else "")
    rate = f"{1 / pace:5.2f}it/s" if pace < 1 else f"{pace:5.2f}s/it"
    left = clock(pace * (total - count))
    return f"{100 * count // total:3d}%|{drawn:<10}| {count}/{total} [{clock(seconds)}<{left}, {rate}]"


def clock(seconds: float) -> str:
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute:02d}:{second:02d}"
