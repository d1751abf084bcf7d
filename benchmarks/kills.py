"""How a run of 2,000 samples fares that is killed (SIGKILL) at 20 random moments.

Each kill is followed by the same command. The floor is what cannot be avoided: a call that was
under way when the process died may be paid again. The ratio is calls paid twice to that floor.

    python benchmarks/kills.py [--kills 20] [--samples 2000] [--in-flight 16] [--seed 7]
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from journeys.command import COMMAND
from journeys.shop import write_shop
from servers.provider import Behavior, Provider


def main() -> int:
    """Prints the table; exits 1 if a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--in-flight", type=int, default=16)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    moments = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as folder, Provider(Behavior(latency_ms=100)) as provider:
        size = {"n": asked.samples, "in_flight": asked.in_flight}
        unbroken = run(write_shop(Path(folder, "whole"), provider.openai_url, **size))
        provider.reset()
        root = write_shop(Path(folder, "broken"), provider.openai_url, **size)
        unfinished = 0
        for _ in range(asked.kills):
            process = subprocess.Popen(
                [COMMAND, "run", "triage", "--json"],
                cwd=root,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            time.sleep(moments.uniform(0.4, 1.6))
            unfinished += process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.wait()
        before_last = provider.stats.document()["answered"]
        broken = run(root)
        stats = provider.stats.document()
    same = results(broken) == results(unbroken)
    most = asked.kills * asked.in_flight
    print(f"kills                       {asked.kills} ({unfinished} of a run still going)")
    print(f"answered before the last go {before_last} of {asked.samples}")
    print(f"samples in the end          {broken['candidates'][0]['n']} of {asked.samples}")
    print(f"identical results           {same}")
    print(f"calls paid twice            {stats['paid_twice']} (at most {most} were in flight)")
    return 0 if same and stats["paid_twice"] <= most else 1


def run(root: Path) -> dict[str, Any]:
    """Runs the use case in `root` to its end, and returns its JSON document."""
    done = subprocess.run(
        [COMMAND, "run", "triage", "--json"], cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def results(document: dict[str, Any]) -> dict[str, Any]:
    """Returns what must not depend on how often a run was broken."""
    (candidate,) = document["candidates"]
    return {name: candidate[name] for name in ("metrics", "usd", "n", "errors")}


if __name__ == "__main__":
    sys.exit(main())
