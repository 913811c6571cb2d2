import pytest

from ckreg.core.measure import Measurement, read_log
from tests.core.measure.logs import bar, frame

DEEPSPEED = (
    "[2025-08-15 08:40:06,614] [INFO] [runner.py:610:main] cmd = python -m deepspeed.launcher.launch a.py "
    "--batch_size 2 --seq_len 350 --total_steps 40\n"
    "[2025-08-15 08:40:17,790] [INFO] [launch.py:164:main] dist_world_size=2\n"
    "[2025-08-15 08:40:56,138] [INFO] [config.py:958:print]   gradient_accumulation_steps .. 4\n"
)
TIMER = "RunningAvgSamplesPerSec=0.8, CurrSamplesPerSec=0.8, MemAllocated=12.99GB, MaxMemAllocated=27.45GB"
PEERS = (
    "[rank1]: Traceback (most recent call last):\n[rank1]:  x\n"
    "[rank1]: torch.OutOfMemoryError: HIP out of memory. Tried to allocate 76.00 MiB.\n"
    "[rank0]: Traceback (most recent call last):\n[rank0]:  x\n[rank0]: DistBackendError: peer is gone\n"
)
MEGATRON = (
    "using world size: 8, data-parallel-size: 8, tensor-model-parallel size: 1\n"
    "  micro_batch_size ................................ 4\n"
    "  world_size ...................................... 8\n"
)


def read(text: str) -> Measurement:
    (measured,) = read_log(text.encode(), log_path="x")
    return measured


def deepspeed_steps(count: int, *, pause_at: int = -1) -> str:
    lines = []
    for step in range(1, count + 1):
        seconds = 5 * step + (60 if step > pause_at >= 0 else 0)
        at = f"[2025-08-15 08:{41 + seconds // 60:02}:{seconds % 60:02},250]"
        lines += [
            f"{at} [INFO] [logging.py:107:log_dist] [Rank 0] step={step}, skipped=0, lr=[1e-05]",
            f"{at} [INFO] [timer.py:264:stop] epoch=0/micro_step={step}/global_step={step}, {TIMER}",
            f"[Step {step - 1}/40] Loss: 5.1 | Tokens/s: 140.0",
        ]
    return "\n".join(lines) + "\n"


def test_deepspeeds_own_lines() -> None:
    measured = read(DEEPSPEED + deepspeed_steps(40, pause_at=25) + "\nTraining done in 49.87 seconds.\n")
    assert (measured.framework, measured.kind, measured.outcome) == ("deepspeed", "finetune", "completed")
    assert (measured.steps_done, measured.steps_total) == (40, 40)
    assert (measured.batch_size, measured.grad_accum, measured.n_gpus, measured.max_seq_len) == (2, 4, 2, 350)
    assert measured.seconds_per_step == pytest.approx(5.0)
    assert (measured.peak_gpu_mem_gib, measured.samples_per_second) == (27.45, 0.8)


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        (
            "[2025] [INFO] [launch.py:328:sigkill_handler] Main process received SIGINT, exiting\n",
            "cancelled",
        ),
        ("[rank0]: Traceback (most recent call last):\n[rank0]:   x\n[rank0]: ImportError: y\n", "failed"),
        (PEERS, "oom_gpu"),
        ("", "incomplete"),
    ],
)
def test_deepspeeds_ends(end: str, outcome: str) -> None:
    measured = read(DEEPSPEED + deepspeed_steps(13) + end)
    assert (measured.outcome, measured.steps_done, measured.steps_total) == (outcome, 13, 40)


def test_a_script_that_counts_from_zero_and_only_began() -> None:
    measured = read(DEEPSPEED + "[Step 0/40] Loss: 5.0492 | Tokens/s: 25.51 | GPU Mem (GB): 12.81\n")
    assert (measured.steps_done, measured.steps_total, measured.outcome) == (1, 40, "incomplete")


def megatron_line(step: int, milliseconds: float) -> str:
    return (
        f" iteration {step:8}/     200 | consumed samples: {step * 32:12} | "
        f"elapsed time per iteration (ms): {milliseconds} | learning rate: 7.495E-05 | "
        "global batch size:    32 | lm loss: 2.445647E+00 |\n"
    )


def test_megatrons_iterations_without_their_evaluations() -> None:
    lines = "".join(megatron_line(step, 30000.0 if step % 50 == 1 else 500.0) for step in range(1, 201))
    memory = "[Rank 0] memory (MB) | max allocated: 17050.5 | reserved: 1 | max reserved: 17548.0\n"
    measured = read(MEGATRON + memory + lines + "[after training is done] datetime: 2024-05-01 \n")
    assert (measured.framework, measured.outcome) == ("megatron", "completed")
    assert (measured.steps_done, measured.steps_total) == (200, 200)
    assert measured.seconds_per_step == pytest.approx(0.5)
    assert measured.samples_per_second == pytest.approx(64.0)
    assert (measured.batch_size, measured.n_gpus) == (4, 8)
    assert measured.peak_gpu_mem_gib == pytest.approx(17548 / 1024)


def test_megatrons_log_that_stops_in_an_evaluation() -> None:
    measured = read(MEGATRON + megatron_line(1, 9.0) + megatron_line(2, 9.0) + "> working on iteration: 60\n")
    assert (measured.outcome, measured.outcome_evidence) == ("incomplete", "> working on iteration: 60")
    assert (measured.steps_done, measured.steps_total) == (2, 200)


def lightning_epoch(number: int, batches: int, total: int = 200) -> str:
    frames = bar(range(1, batches + 1), total, 2.0, name=f"Epoch {number}: ")
    return frames.replace("s/it]", "s/it, loss=5.07, v_num=3]")


def test_lightnings_epochs_add_up() -> None:
    validation = bar(range(11), 10, 0.1, name="Validation DataLoader 0: ")
    text = lightning_epoch(0, 200) + validation + "\n" + lightning_epoch(1, 200)
    measured = read("lightning.pytorch\n" + text + "\n`Trainer.fit` stopped: `max_epochs=2` reached.\n")
    assert (measured.framework, measured.outcome, measured.epochs) == ("lightning", "completed", 2)
    assert (measured.steps_done, measured.steps_total) == (400, 400)
    assert measured.seconds_per_step == pytest.approx(2.0)


def test_nemos_timing_of_its_steps() -> None:
    """The list that NeMo's log prints; the first steps are slow."""
    timing = "train_step_timing in s: [11.85, 6.98, 2.12, 2.12, 2.12, 2.14, 2.14]"
    measured = read(f"[NeMo I 2025-03-04 02:58:29 perf_metrics_utils:56] {timing}\n")
    assert (measured.framework, measured.seconds_per_step) == ("lightning", 2.14)


def test_lightning_accumulates_and_stops() -> None:
    measured = read(
        "accumulate_grad_batches: 4\nmax_epochs: 5\n" + lightning_epoch(0, 200) + lightning_epoch(1, 100)
    )
    assert (measured.framework, measured.outcome) == ("lightning", "incomplete")
    assert (measured.steps_done, measured.steps_total) == (75, 250)
    assert measured.seconds_per_step == pytest.approx(8.0)


def test_an_unnamed_bar_of_an_unknown_program_may_be_its_main_loop() -> None:
    loading = bar(range(9), 8, 4.0, name="Loading checkpoint shards: ")
    measured = read(loading + "\n" + "".join(frame(step, 801, step * 28, 28.0) for step in range(20)))
    assert (measured.framework, measured.steps_done, measured.steps_total) == ("other", 19, 801)
    assert measured.seconds_per_step == pytest.approx(28)
    assert measured.outcome == "incomplete"


@pytest.mark.parametrize("name", ["Map", "Loading checkpoint shards", "Predicting", "Packing dataset"])
def test_other_bars_steps_are_not_the_jobs(name: str) -> None:
    measured = read(bar(range(51), 100, 2.0, name=f"{name}: "))
    assert (measured.framework, measured.steps_done, measured.steps_total) == ("other", None, None)
    assert measured.outcome == "incomplete"


def test_a_script_that_prints_its_steps_and_the_clusters_epilogue() -> None:
    steps = "".join(f"Step {step} | reward_sum=0.0 | time={70 * step}.5s\n" for step in range(20, 26))
    epilogue = (
        "-------------------------------\nBegin Slurm Epilog: Dec-05-2025 13:56:30\nJob ID:        3939512\n"
        "Resources:     cpu=8,gres/gpu:h200=2,mem=64G,node=1\n"
        "Rsrc Used:     cput=05:24:48,vmem=0,walltime=00:40:36,mem=5201904K,energy_used=0\n"
    )
    measured = read(steps + "Saved model weights to model.pt\n" + epilogue)
    assert (measured.outcome, measured.outcome_evidence) == ("completed", "Saved model weights to model.pt")
    assert (measured.job_id, measured.n_gpus, measured.gpu_type) == ("3939512", 2, "h200")
    assert (measured.steps_done, measured.elapsed_seconds) == (25, 2436.0)
    assert measured.seconds_per_step == pytest.approx(70)


def test_jobstats_memory_is_per_gpu_and_not_the_hosts() -> None:
    text = (
        "Slurm Job Statistics\n  Run Time: 00:28:49 (in progress)\n     GPUs: 4\n"
        "CPU Memory: 80GB (5GB per core)\n"
        "  GPU utilization per node\n      n1 (GPU 1): 41.0%\n      n1 (GPU 2): 43.0%\n"
        "      n1 (GPU 1): 30.7GB/40.0GB (76.6%)\n      n1 (GPU 2): 30.9GB/40.0GB (77.2%)\n"
    )
    measured = read(text)
    assert (measured.peak_gpu_mem_gib, measured.total_gpu_mem_gib, measured.n_gpus) == (30.9, 40.0, 4)
    assert (measured.gpu_utilisation, measured.elapsed_seconds) == (42.0, 1729.0)
