"""Why ckreg reads another thing in a log than its label says, by file and subject: for `accuracy.py`."""

_EXCERPTS = "public/_readfile/"
_OWN = "own/hf-trainer/"
_SAVED_TO = "no config in the excerpt; the label takes the folder that the result is saved to"

REASONS = {
    (f"{_OWN}crash-import-version-conflict/slurm-2199.out", "kind"): (
        "it fails while importing; that it would have trained stands only in the script's name"
    ),
    (f"{_OWN}tf4-crash-bad-model-path/slurm-2107.out", "kind"): (
        "it fails while loading; that it would have trained stands only in the script's name"
    ),
    (f"{_OWN}tf4-crash-bad-model-path/slurm-2107.out", "model"): (
        "the name stands only in the exception's text, where any path may stand"
    ),
    ("public/IbrahimOued+torchtune-finetuning/_notebook/finetuning_llama2.ipynb.cell14.log", "model"): (
        "the label has the component; the folder of checkpoint_dir goes first"
    ),
    (f"{_EXCERPTS}pace-epilog-array.id41709824424.excerpt.log", "job id"): (
        "task 0 of an array: sacct calls it by the array's id and the task"
    ),
    (f"{_EXCERPTS}palmetto-jobstats-4gpu.id52195637295.excerpt.log", "kind"): (
        "a bar without a name: the label calls it training by inference"
    ),
    (f"{_EXCERPTS}torchtune-llama3-8B-4090.id43685886003.excerpt.log", "model"): _SAVED_TO,
    (f"{_EXCERPTS}torchtune-llama31-distributed-10epochs.id26801592749.excerpt.log", "model"): _SAVED_TO,
    ("public/awslabs+awsome-distributed-ai/3.test_cases/0.nccl-tests/slurm-104.out", "GPUs"): (
        "a test of the network: its table of ranks and devices is of no framework that ckreg reads"
    ),
    (
        "public/awslabs+awsome-distributed-ai/_readme/3.test_cases/torchtune/slurm/README.md.loglines.log",
        "model",
    ): "no config in the excerpt; the label takes the model of the evaluation that follows",
    ("public/gtseligas+lcn-llama/output/pt/logs/rank_0000.log", "GPUs"): (
        "the label takes device_count=4 of the machine; the launch says world_size=1"
    ),
    ("public/gtseligas+lcn-llama/train.out", "GPUs"): (
        "the label takes device_count=4 of the machine; the launch says world_size=1"
    ),
    ("public/guoyu-zhang+PEFT-TRL-LLMs/logs/train.log", "GPUs"): (
        "the label counts CUDA_VISIBLE_DEVICES, which names what a program may use, not what it used"
    ),
    ("public/guoyu-zhang+PEFT-TRL-LLMs/logs/train.log", "kind"): (
        "two lines of generated text: nothing but their sense tells of inference"
    ),
    (
        "public/linskybing+LLM/train.out@b563e968",
        "model",
    ): "no Trainer: the name stands in the script's own words",
    ("public/linskybing+LLM/train.out@b563e968", "tokens per second per GPU"): (
        "printed once, by a script of its own, for the first step"
    ),
    (
        "public/linskybing+LLM/train_.out@6e1aaa0d",
        "model",
    ): "no Trainer: the name stands in the script's own words",
    ("public/niznik-dev+cruijff_kit/embeddings/save_hidden.err@68d0d3be", "job id"): (
        "the text names two jobs, and which of its alternating bars is whose cannot be told"
    ),
    (
        "public/yelzha+nlp_lab/logs/slurm_output.txt",
        "GPUs",
    ): "an ollama server's log, which ckreg does not know",
    ("public/yelzha+nlp_lab/logs/slurm_output.txt", "kind"): (
        "its script compares answers with the truth (ground_truth), which is an evaluation"
    ),
    (
        "public/yelzha+nlp_lab/logs/slurm_output.txt",
        "model",
    ): "an ollama server's log, which ckreg does not know",
}
