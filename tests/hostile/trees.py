"""Registries as somebody might make them who wishes us ill: each function spoils a good one."""

import json
import os
import sqlite3
import subprocess

from tests.documents import EXPERIMENT, SUMMARY
from tests.hostile.grounds import Ground, Spoil
from tests.hostile.places import PLACES

ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202egnp.exe\u2066\x00\x08"
VISIBLE = ESCAPES.replace("\x00", "")


TREES: dict[str, Spoil] = {}


def tree(function: Spoil) -> Spoil:
    TREES[function.__name__] = function
    return function


def settings_text(ground: Ground) -> str:
    """Every setting that could name a program, a path or a template, and some that there are not."""
    command = f"$({ground.evil})"
    text = {
        "models_dir": f"{command}/../..",
        "scratch_dir": f"`{ground.evil}`",
        "ck_data_dir": f"|{ground.evil}",
        "account": f"x; {ground.evil}",
        "partition": f"x\n#SBATCH --wrap={ground.evil}",
        "constraint": f"{ESCAPES.replace(chr(0), '')}&& {ground.evil}",
        "conda_env": f"{ground.evil}; {VISIBLE}",
        "gpu_type": f"{{{{ cycler.__init__.__globals__.os.system('{ground.evil}') }}}}",
        "quota_command": str(ground.evil),
        "editor": str(ground.evil),
        "notify_command": str(ground.evil),
        "notify_webhook": "http://127.0.0.1:1/",
        "sacct": str(ground.evil),
        "templates_dir": str(ground.outside),
        VISIBLE: VISIBLE,
    }
    lists = {
        "log_patterns": [f"../../**/{VISIBLE}", "/etc/*", "**"],
        "modules": [f"x; {ground.evil}", VISIBLE],
    }
    lines = [f"{json.dumps(key)} = {json.dumps(value)}" for key, value in {**text, **lists}.items()]
    return "\n".join(lines).replace("\x7f", "") + "\n"


@tree
def settings(ground: Ground) -> None:
    (ground.root / "ckreg.toml").write_text(settings_text(ground))


@tree
def tracked_local_settings(ground: Ground) -> None:
    (ground.root / "ckreg.local.toml").write_text(settings_text(ground))
    (ground.root / "claude.local.md").write_text(
        f"- **Models directory**: `$({ground.evil})`\n- **Scratch directory**: `{ground.outside}`\n"
        f"- **Quota command**: `{ground.evil}`\n- **Account**: `{VISIBLE}`\n"
    )


@tree
def broken_settings(ground: Ground) -> None:
    (ground.root / "ckreg.toml").write_bytes(b"\xff\xfe\x00[[[" + b"[" * 5000 + VISIBLE.encode())


def _request(ground: Ground, name: str, **told: object) -> None:
    spool = ground.root / ".ckreg" / "spool"
    spool.mkdir(parents=True, exist_ok=True)
    request = {
        "id": "1", "experiment": EXPERIMENT, "run": "L1B_rank4", "at": "2025-10-22T14:00:00+00:00",
        "task": None, "epoch": None, "status": "completed", "job": "1", "note": VISIBLE, "resolved": None,
        "by": "sacct", "evidence": VISIBLE, "forced": True,
    }  # fmt: skip
    (spool / f"{name}.json").write_text(json.dumps(request | told))


@tree
def tracked_spool(ground: Ground) -> None:
    _request(ground, "1")
    _request(ground, "2", id="../../../owned", experiment="../../outside")
    _request(ground, "3", id=VISIBLE, experiment=f"../{VISIBLE}")
    _request(ground, "4", run=[1], at="never")
    (ground.root / ".ckreg" / "spool" / "5.json").write_text("[" * 100_000)
    (ground.root / ".ckreg" / "spool" / f"{VISIBLE}.json").write_text("{}")


@tree
def tracked_state(ground: Ground) -> None:
    state = ground.root / ".ckreg"
    state.mkdir(exist_ok=True)
    for name in ("commit_hosts", "roots", "lock.holder", "intent", "intent.json", "lock.json", "lock_kind"):
        (state / name).write_text(f"{ground.outside}\n{VISIBLE}\n*\n$({ground.evil})\n")
    (state / "checked.json").write_text(json.dumps({"rules": "x", "files": {VISIBLE: [[], [[VISIBLE]]]}}))
    (state / "wizard.json").write_text(json.dumps({"answers": {VISIBLE: VISIBLE}, "spec": VISIBLE}))
    (state / "journal").mkdir()
    (state / "journal" / "1.json").write_text(
        json.dumps({"files": {"../../outside/owned": "x"}, "head": VISIBLE, "command": str(ground.evil)})
    )


@tree
def tracked_cache(ground: Ground) -> None:
    """Of our schema, as its number tells, with a trigger, a view for a table, and columns that lack."""
    (ground.root / ".ckreg").mkdir(exist_ok=True)
    from ckreg.adapters.cache.schema import SCHEMA  # noqa: PLC0415  # the number alone

    database = sqlite3.connect(ground.root / ".ckreg" / "cache.db")
    database.executescript(
        f"""
        CREATE TABLE experiments (name, path, mtime_ns, size);
        INSERT INTO experiments VALUES ('{EXPERIMENT}', '{VISIBLE}', 1, 1), ('x', 'y', 1, 1);
        CREATE TABLE facts (name, value);
        CREATE VIEW runs AS SELECT load_extension('{ground.evil}') AS x;
        CREATE TABLE logs (path, kept);
        CREATE TRIGGER owned AFTER INSERT ON facts BEGIN
            SELECT writefile('{ground.outside}/owned', 'x');
        END;
        PRAGMA user_version = {SCHEMA};
        """  # noqa: S608  # that is the attack
    )
    database.close()


@tree
def tracked_cache_that_is_none(ground: Ground) -> None:
    (ground.root / ".ckreg").mkdir(exist_ok=True)
    (ground.root / ".ckreg" / "cache.db").write_bytes(b"SQLite format 3\x00" + os.urandom(4096))
    (ground.root / ".ckreg" / "cache.db-journal").write_bytes(
        bytes.fromhex("d9d505f920a163d7") + os.urandom(4096)
    )


@tree
def git_settings_that_name_programs(ground: Ground) -> None:
    (ground.root / ".gitattributes").write_text("* filter=evil diff=evil merge=evil textconv=evil\n")
    (ground.root / ".gitmodules").write_text(f'[submodule "x"]\n\tpath = x\n\turl = ext::{ground.evil}\n')
    (ground.root / ".gitconfig").write_text(f"[core]\n\tfsmonitor = {ground.evil}\n")
    (ground.root / "hooks").mkdir()
    for name in ("pre-commit", "commit-msg", "post-checkout"):
        for folder in (ground.root / "hooks", ground.root / ".githooks", ground.root / ".husky"):
            folder.mkdir(exist_ok=True)
            (folder / name).write_text(f"#!/bin/sh\n{ground.evil}\n")
            (folder / name).chmod(0o755)
    for name in ("ckreg.py", "click.py", "json.py", "sitecustomize.py", "conftest.py"):
        (ground.root / name).write_text(f"import os; os.system({str(ground.evil)!r})\n")


@tree
def a_git_folder_in_the_tree(ground: Ground) -> None:
    """The registry's own folder looks like a bare repository whose settings name a program."""
    (ground.root / ".git").rename(ground.root.parent / "aside")
    for name in ("objects", "refs"):
        (ground.root / name).mkdir()
        (ground.root / name / "x").write_text("x")
    (ground.root / "HEAD").write_text("ref: refs/heads/main\n")
    (ground.root / "config").write_text(
        f"[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = ..\n"
        f"\tfsmonitor = {ground.evil}\n\thooksPath = hooks\n\tpager = {ground.evil}\n"
        f"[gpg]\n\tprogram = {ground.evil}\n[log]\n\tshowSignature = true\n"
    )


NAMES = {
    "escapes": f"a{VISIBLE}b",
    "newline": "a\nb",
    "return": "a\r\n| x | y |",
    "dashes": "-rf",
    "option": "--help",
    "substitution": "$(evil)`evil`;evil|evil&",
    "dots": "..x..",
    "spaces": " a  b ",
    "long": "x" * 255,
    "quotes": "a'b\"c\\d",
    "tab": "a\tb",
    "star": "*?[a-z]{b}",
    "tilde": "~root",
    "colon": ":(top)x",
    "template": "{{ 7*7 }}{% include 'passwd' %}",
    "not_utf8": os.fsdecode(b"a\xff\xfeb"),
}


def _named(name: str) -> Spoil:
    def spoil(ground: Ground) -> None:
        ground.experiment.rename(ground.root / "experiments" / name)

    return spoil


TREES |= {f"a_name_with_{kind}": _named(name) for kind, name in NAMES.items()}


@tree
def every_cell_hostile(ground: Ground) -> None:
    text = SUMMARY
    for number, word in enumerate(
        ("L1B_rank4", "L1B_base", "cap", "pending", "sweep", "words", "All evals", "L1B")
    ):
        evil = f"{word}{VISIBLE}$({ground.evil}){number}".replace("|", "")
        text = text.replace(word, evil)
    (ground.experiment / "experiment_summary.md").write_text(text)
    (ground.experiment / "design-experiment.log").write_text(
        f"[2025-10-22 14:23:15] {VISIBLE}: {VISIBLE}\nCommand: {ground.evil}\nResult: {VISIBLE}\n\n" * 3
    )


@tree
def a_document_of_bytes(ground: Ground) -> None:
    for name in (
        "experiment_summary.md",
        "spec.yaml",
        "estimates.json",
        "plan.seal",
        "design-experiment.log",
    ):
        (ground.experiment / name).write_bytes(b"\xef\xbb\xbf\xff\x00\x1b[2J\r| a |\r\n|---|\r| \x9b |")
    (ground.root / "prior-runs.jsonl").write_bytes(b"\xff\x00\x1b[2J\n{\n")


@tree
def depth(ground: Ground) -> None:
    (ground.experiment / "experiment_summary.md").write_text(
        SUMMARY + "> " * 3000 + "x\n" + "[" * 20000 + "\n" + "- " * 3000 + "\n" + "*a_" * 5000 + "\n"
    )
    (ground.experiment / "spec.yaml").write_text("a: " + "[" * 500)
    (ground.experiment / "estimates.json").write_text('{"a":' * 20000)
    (ground.experiment / "plan.seal").write_text("[" * 100_000)
    (ground.root / "prior-runs.jsonl").write_text("[" * 100_000 + "\n" + '{"a":' * 20000 + "\n")


@tree
def a_spec_with_tags_and_laughs(ground: Ground) -> None:
    laughs = "a0: &a0 [x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
    )
    tagged = f'x: !!python/object/apply:os.system ["{ground.evil}"]\n'
    escaped = VISIBLE.encode("unicode_escape").decode()
    (ground.experiment / "spec.yaml").write_text(f'{tagged}{laughs}task: "{escaped}"\n')


def _spec(path: str, script: str) -> str:
    return (
        "task: cap_8L\nfactor: lora_comparison\nquestion: x\ndate: 2025-10-22\n"
        f"models: [{{name: M, path: {json.dumps(path)}}}]\n"
        f"dataset: {{path: {json.dumps(path)}}}\nvariables: {{lora_rank: [4, 64]}}\n"
        "training: {recipe: lora_finetune_single_device, epochs: 1}\n"
        f"evaluation:\n  tasks: [{{name: cap, script: {json.dumps(script)}, dataset: {json.dumps(path)}}}]\n"
    )


PATHS = {
    "a_program": ("$(evil)", "`evil`"),
    "options": ("-rf", "--help"),
    "devices": ("/dev/zero", "/dev/zero"),
    "a_terminal": ("/dev/stdin", "/dev/stdin"),
    "a_pipe": ("PIPE", "PIPE"),
    "escapes": (f"/a{VISIBLE}", f"/b{VISIBLE}.py"),
    "newlines": ("/a\nb", "/a\nb.py@x"),
    "a_loop": ("LOOP", "LOOP"),
    "length": ("/" + "x" * 5000, "y" * 5000),
}


def _leading_to(path: str, script: str) -> Spoil:
    def spoil(ground: Ground) -> None:
        os.mkfifo(ground.root / "PIPE")
        (ground.root / "LOOP").symlink_to("LOOP")
        (ground.experiment / "spec.yaml").write_text(_spec(path, script))
        (ground.experiment / "experiment_summary.md").write_text(
            SUMMARY.replace("/models/L1B", path).replace("/data/words.json", path).replace("/t.py", script)
        )

    return spoil


TREES |= {f"a_spec_that_leads_to_{kind}": _leading_to(*paths) for kind, paths in PATHS.items()}


@tree
def a_seal_of_odd_values(ground: Ground) -> None:
    from ckreg.core.seal import plan_hash  # noqa: PLC0415  # a hash that is right, of a plan that is none

    plan = {"runs": {VISIBLE: [1, None]}, "overview": 5, VISIBLE: {"x": True}, "matrix": [VISIBLE]}
    told = {"hash": plan_hash(plan), "estimates": VISIBLE, "plan": plan}  # type: ignore[arg-type]
    (ground.experiment / "plan.seal").write_text(json.dumps(told))


@tree
def numbers_of_all_sizes(ground: Ground) -> None:
    odd = [{"run_name": VISIBLE, "task": 5, "epoch": [1], "median_seconds": "1e999", "p90_seconds": 10**400}]
    odd += [
        {"run_name": None, "median_seconds": float("nan"), "p90_seconds": float("-inf"), "tier": {"a": 1}}
    ]
    told = {"fine_tuning": odd, "evaluations": odd, "disk": {"gib": 10**400}}
    (ground.experiment / "estimates.json").write_text(json.dumps(told))
    lines = [
        {
            "log_path": "../../../outside/x",
            "run_name": VISIBLE,
            "experiment": VISIBLE,
            "seconds_per_step": 1e308,
        },
        {"log_path": VISIBLE, "job_id": 10**400, "job": {"State": VISIBLE, "Elapsed": -1}},
        {"log_path": 5, "measured": {"model": [VISIBLE], "epochs": float("nan")}, "version": 10**30},
    ]
    (ground.root / "prior-runs.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


@tree
def history_with_escapes(ground: Ground) -> None:
    def trailer(**told: object) -> str:
        return "Ckreg-Status: " + json.dumps(
            {"id": VISIBLE, "experiment": EXPERIMENT, "run": VISIBLE, "at": VISIBLE, **told}
        )

    env = os.environ | {"GIT_AUTHOR_NAME": f"A{VISIBLE}B", "GIT_AUTHOR_EMAIL": f"a{VISIBLE}@b"}
    messages = [
        f"status: {VISIBLE}\n\n{trailer(**{'from': VISIBLE, 'to': VISIBLE, 'evidence': VISIBLE})}\n",
        f"{VISIBLE}\n\nCkreg-Amend: {VISIBLE}\nCkreg-Seal: {VISIBLE}\n",
        f"x\n\n{trailer(at='9999-12-31T23:59:59-23:59', task=[1], epoch={'a': 1}, job=10**300)}\n",
        f"x\n\n{trailer(at='2025-10-22', experiment='../../outside', run='-rf')}\n",
        "x\n\nCkreg-Status: " + "[" * 50_000 + "\n",
    ]
    for number, message in enumerate(messages):
        with (ground.experiment / "experiment_summary.md").open("a") as file:
            file.write(f"\n{number}\n")
        subprocess.run(
            ["git", "-C", str(ground.root), "commit", "-q", "-a", "-F", "-"],
            input=message.encode(), check=True, env=env,
        )  # fmt: skip
    (ground.root / ".git" / "refs" / "heads" / "evil\u202e\x9b31m").write_text(
        (ground.root / ".git" / "refs" / "heads" / "main").read_text()
    )
    subprocess.run(
        ["git", "-C", str(ground.root), "symbolic-ref", "HEAD", "refs/heads/evil\u202e\x9b31m"], check=True
    )


TREES |= PLACES


@tree
def a_document_far_too_large(ground: Ground) -> None:
    os.truncate(ground.experiment / "experiment_summary.md", 300 * 2**20)  # git packs it all: seconds
