"""Computes the features of labelled answers: `python features.py POOL.json FEATURES.npz`.

Only what the cross-encoder has not seen: tenths 6 to 9 of the sources that it was trained on, and
all of the others. Uses the `support.onnx` of the package.
"""

from __future__ import annotations

import json
import random
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from sources import Row, bucket

from roundtable.generation.guard.entailment import logits
from roundtable.generation.guard.support import FEATURES, Reading
from roundtable.generation.guard.types import Claim

UNSEEN = ("qags", "wice", "begintc", "faithbench", "q2", "made")
# Rows a source, where more would take long and teach little.
MOST = {
    "begintc": 120,
    "bump": 150,
    "faithbench": 0,
    "fm2": 400,
    "fm2mix": 200,
    "fm2none": 60,
    "q2": 600,
    "summedits": 160,
}


def kept(pool: list[Row]) -> list[Row]:
    """Returns the rows to compute."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for r in pool:
        source = r["source"].split(":")[0]
        if source in UNSEEN or (source not in ("snli", "cad") and bucket(r["cluster"]) > 5):
            groups[source].append(r)
    rng = random.Random(7)
    found = []
    for source, rows in sorted(groups.items()):
        most = MOST.get(source, len(rows))
        found += rng.sample(rows, most) if len(rows) > most else rows
    return found


def main(pool_file: str, out: str) -> None:
    """Writes features, labels, sources, clusters and tenths."""
    rows = kept(json.loads(Path(pool_file).read_text(encoding="utf-8")))
    found = []
    for start in range(0, len(rows), 64):
        part = rows[start : start + 64]
        readings = [
            Reading(Claim(id=0, context=r["context"], answer=r["answer"], question=r["question"]))
            for r in part
        ]
        odds = logits([pair for reading in readings for pair in reading.pairs])
        at = 0
        for reading in readings:
            n = len(reading.pairs)
            made = reading.rows(odds[at : at + n])
            found.append(made[-1] if made else [0.0] * len(FEATURES))
            at += n
        if start % 640 == 0:
            print(f"{start} of {len(rows)}", flush=True)
    np.savez(
        out,
        X=np.array(found),
        y=np.array([r["label"] for r in rows]),
        source=np.array([r["source"] for r in rows]),
        cluster=np.array([r["cluster"] for r in rows]),
        bucket=np.array([bucket(r["cluster"]) for r in rows]),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
