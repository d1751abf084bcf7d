"""The runner against a bare client loop and its peers, on one loopback server, in one run.

`python benchmarks/runner.py [--samples 2000] [--rounds 3] [--large 100000] [--peers]`: ratios, CPU,
memory. The loop and the whole command take turns; what is said is the median of the rounds.
Peers need `pip install --require-hashes --no-deps -r locks/bench.txt`, or `make bench`.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PROVIDER = HERE.parent / "tests/servers/provider.py"
IN_FLIGHT = 64
LATENCY_MS = 50

FLOOR = """
import asyncio, json, resource, sys, time, aiohttp
url, n = sys.argv[1], int(sys.argv[2])
async def main():
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        numbers = iter(range(n))
        async def work():
            for i in numbers:
                body = {"model": "mock", "messages": [{"role": "user", "content": f"request {i}"}]}
                async with session.post(url + "/chat/completions", json=body) as answer:
                    json.loads(await answer.read())
        await asyncio.gather(*(work() for _ in range(64)))
asyncio.run(main())
"""

OURS = """
import json, resource, sys, time
from pathlib import Path
import roundtable
sys.setswitchinterval(0.001)
workspace = roundtable.load(Path(sys.argv[1]))
seen = []
def watch(progress):
    if not seen:
        seen.append(time.perf_counter())
    if progress.done == progress.total:
        mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        took = time.perf_counter() - seen[0]
        print(json.dumps({"phase_s": took, "phase_mb": mb}), file=sys.stderr)
outcome = roundtable.run(workspace, "bench", watch=watch)
assert outcome.candidates[0].n_samples == int(sys.argv[2]), outcome.candidates[0]
assert outcome.candidates[0].n_errors == 0
"""

PYDANTIC_EVALS = """
import asyncio, sys
from openai import AsyncOpenAI
from pydantic_evals import Case, Dataset
client = AsyncOpenAI(base_url=sys.argv[1], api_key="none")
async def task(text):
    answer = await client.chat.completions.create(
        model="mock", messages=[{"role": "user", "content": text}])
    return answer.choices[0].message.content
dataset = Dataset(name="bench", cases=[
    Case(name=str(i), inputs=f"request {i}", expected_output="a") for i in range(int(sys.argv[2]))])
asyncio.run(dataset.evaluate(task, max_concurrency=64, progress=False))
"""

INSPECT = """
import os, sys
os.environ["OPENAI_API_KEY"] = "none"
from inspect_ai import Task, eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.scorer import match
from inspect_ai.solver import generate
samples = [Sample(input=f"request {i}", target="a") for i in range(int(sys.argv[2]))]
eval(Task(dataset=MemoryDataset(samples), solver=generate(), scorer=match()),
     model="openai/mock", model_base_url=sys.argv[1], max_connections=64, display="none",
     log_dir=sys.argv[3])
"""

MEASURE = """
import resource, runpy, sys, time, json
script = sys.argv[1]; sys.argv = sys.argv[1:]
started = time.perf_counter()
code = compile(open(script).read(), script, "exec")
exec(code, {"__name__": "__main__"})
used = resource.getrusage(resource.RUSAGE_SELF)
children = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"s": time.perf_counter() - started, "cpu_s": used.ru_utime + used.ru_stime,
                  "mb": used.ru_maxrss / 1024, "child_mb": children.ru_maxrss / 1024,
                  "child_cpu_s": children.ru_utime + children.ru_stime}), file=sys.stderr)
"""


@contextmanager
def provider() -> Any:
    process = subprocess.Popen(
        [sys.executable, str(PROVIDER), "--port", "0", "--latency-ms", str(LATENCY_MS)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())["openai_url"]
    finally:
        process.terminate()
        process.wait()


def measure(folder: Path, script: str, *arguments: str) -> dict[str, float]:
    path = folder / "script.py"
    path.write_text(script)
    runner = folder / "measure.py"
    runner.write_text(MEASURE)
    done = subprocess.run(
        [sys.executable, str(runner), str(path), *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    found: dict[str, float] = {}
    for row in done.stderr.splitlines():
        if row.startswith('{"'):
            found |= json.loads(row)
    return found


def workspace(folder: Path, url: str, n: int) -> Path:
    root = folder / f"workspace-{n}"
    if root.exists():
        shutil.rmtree(root)
    for kind in ("models", "datasets", "prompts", "usecases"):
        (root / kind).mkdir(parents=True)
    (root / "roundtable.toml").write_text('[workspace]\nname = "bench"\n')
    (root / "models/mock.toml").write_text(
        f'title = "mock"\nprovider = "openai"\nmodel = "mock"\nbase_url = "{url}"\n'
        f'license = "Apache-2.0"\nmax_in_flight = {IN_FLIGHT}\n'
        "[price]\ninput_usd_per_mtok = 0.001\noutput_usd_per_mtok = 0.001\n"
    )
    (root / "datasets/rows.toml").write_text(
        'title = "rows"\npath = "rows.jsonl"\nlicense = "internal"\ninput = ["text"]\n'
        'target = "label"\n'
    )
    with (root / "datasets/rows.jsonl").open("w") as out:
        for i in range(n):
            text = f"request {i}: please find me somebody who can help with this soon"
            out.write(json.dumps({"id": str(i), "text": text, "label": "a"}) + "\n")
    (root / "prompts/plain.prompt.md").write_text(
        "---\ntitle: plain\nowner: a@example.com\ninputs: [text]\n---\n# user\n{{ text }}\n"
    )
    (root / "usecases/bench.toml").write_text(
        'title = "bench"\nowner = "a@example.com"\nstage = "poc"\naudience = "internal"\n'
        'tolerance = "balanced"\ndataset = "rows"\nmetrics = ["exact_match"]\n'
        '[task]\nkind = "answer"\n[[candidates]]\nid = "only"\nmodel = "mock"\nprompt = "plain"\n'
    )
    return root


def line(name: str, n: int, found: dict[str, float], floor: dict[str, float] | None) -> None:
    rate = n / found["s"]
    ratio = "" if floor is None else f"  {floor['s'] / found['s']:.2f} of the floor"
    cpu = found["cpu_s"] / n * 1000
    if "phase_s" in found and floor is not None:
        # Without start-up and the report, whose time does not depend on how many samples there are.
        phase = n / found["phase_s"]
        print(
            f"{name + ', samples only':32} {phase:8.0f}/s  {'':14}  {found['phase_mb']:6.0f} MB"
            f"  {floor['s'] / found['phase_s']:.2f} of the floor"
        )
    print(f"{name:32} {rate:8.0f}/s  {cpu:6.2f} ms CPU  {found['mb']:6.0f} MB{ratio}", flush=True)


def middle(found: list[dict[str, float]]) -> dict[str, float]:
    return {key: statistics.median(one[key] for one in found) for key in found[0]}


def helps() -> None:
    """Prints how long `--help` takes, of ours and of inspect's command: the best of five each."""
    commands = {
        "roundtable --help": [sys.executable, "-m", "roundtable", "--help"],
        "inspect --help": [str(Path(sys.executable).parent / "inspect"), "--help"],
    }
    took_s: dict[str, float] = {}
    for _ in range(5):
        for name, command in commands.items():
            started_s = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True)
            elapsed_s = time.perf_counter() - started_s
            took_s[name] = min(elapsed_s, took_s.get(name, elapsed_s))
    ours, theirs = took_s.values()
    ms = [f"{name} {one * 1000:.0f} ms" for name, one in took_s.items()]
    print(f"{', '.join(ms)}: {ours / theirs:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", type=int, default=0)
    parser.add_argument("--peers", action="store_true")
    options = parser.parse_args()
    n = options.samples
    with tempfile.TemporaryDirectory() as name, provider() as url:
        folder = Path(name)
        rounds = []
        for _ in range(options.rounds):
            floor = measure(folder, FLOOR, url, str(n))
            ours = measure(folder, OURS, str(workspace(folder, url, n)), str(n))
            rounds.append((floor, ours))
        floor, ours = (middle([one[i] for one in rounds]) for i in (0, 1))
        line("bare aiohttp loop", n, floor, None)
        line("roundtable, the whole command", n, ours, floor)
        ratios = sorted(floor["s"] / ours["s"] for floor, ours in rounds)
        beyond_ms = (ours["cpu_s"] - floor["cpu_s"]) / n * 1000
        print(f"  round by round: {', '.join(f'{one:.2f}' for one in ratios)} of the floor")
        print(
            f"  {beyond_ms:.2f} ms CPU a sample beyond the loop's own; the charts' own process took"
            f" {ours['child_cpu_s']:.2f} s CPU and {ours['child_mb']:.0f} MB"
        )
        # Start-up and the report are fixed costs: a second run shows them.
        again = measure(folder, OURS, str(folder / f"workspace-{n}"), str(n))
        line("roundtable, nothing changed", n, again, None)
        if options.large:
            root = workspace(folder, url, options.large)
            large = measure(folder, OURS, str(root), str(options.large))
            line(f"roundtable, {options.large}", options.large, large, None)
            print(f"memory: {large['mb'] / ours['mb']:.2f} of that at {n}")
            unchanged = measure(folder, OURS, str(root), str(options.large))
            print(
                f"nothing changed at {options.large}: {unchanged['s']:.2f} s,"
                f" {unchanged['s'] - again['s']:.2f} s more than at {n}"
            )
        if options.peers:
            for peer, script in (("pydantic_evals", PYDANTIC_EVALS), ("inspect_ai", INSPECT)):
                if importlib.util.find_spec(peer) is None:
                    print(f"{peer}: not installed (locks/bench.txt)")
                    continue
                line(peer, n, measure(folder, script, url, str(n), str(folder / "logs")), floor)
            helps()


if __name__ == "__main__":
    main()
