"""How well `guard score` tells supported answers from others, and how fast: beside word overlap.

    python benchmarks/checker.py                      # the rows that come with the tests
    python benchmarks/checker.py rows.jsonl ...       # your own, a file or several

Rows: `{id, question, context, answer, hallucinated}` and, if given, `source` or `domain` to tell
them by. AUROC: the probability that an answer that is not supported scores above one that is, with
its interval over contexts (answers to one context stay together); `overlap` is the share of content
words that the context does not hold. ECE: how far the probabilities lie from the shares.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from roundtable.generation.guard import Claim, score
from roundtable.generation.guard.lexical import share_of_content_words
from roundtable.generation.guard.support import Support
from roundtable.statistics.calibration import auroc, auroc_interval, calibration

DATA = Path(__file__).parents[1] / "tests/generation/guard/data/begin.jsonl"
Rows = list[dict[str, object]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, default=[DATA])
    parser.add_argument("--limit", type=int, default=0, help="at most so many rows a domain")
    arguments = parser.parse_args()
    domains: dict[str, Rows] = defaultdict(list)
    for file in arguments.files:
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            domains[str(row.get("domain") or row.get("source") or file.stem)].append(row)
    # Loading the model is not part of the rate.
    Support().check([Claim(id=0, context="One thing.", answer="One thing.")])
    head = ("domain", "rows", "good", "AUROC", "interval", "overlap", "ECE", "answers/s")
    print("{:24}{:>6}{:>8}{:>8}  {:16}{:>8}  {:22}{:>10}".format(*head))
    for name, rows in sorted(domains.items()):
        print(line_of(name, rows[: arguments.limit or None]), flush=True)


def line_of(name: str, rows: Rows) -> str:
    claims = [
        Claim(id=number, context=str(row["context"]), answer=str(row["answer"]))
        for number, row in enumerate(rows)
    ]
    started_s = time.perf_counter()
    scores = np.array([verdict.score for verdict in score(claims)])
    rate = len(rows) / (time.perf_counter() - started_s)
    truths = np.array([bool(row["hallucinated"]) for row in rows])
    if truths.all() or not truths.any():
        return f"{name:24}{len(rows):6}  all of one class{rate:47.1f}"
    clusters = np.unique([claim.context for claim in claims], return_inverse=True)[1]
    overlap: NDArray[np.float64] = np.array(
        [1.0 - share_of_content_words(claim.context, claim.answer) for claim in claims]
    )
    interval = auroc_interval(scores, truths, clusters=clusters)
    found = calibration(scores, truths, clusters=clusters)
    ece = f"{found.error:.3f} [{found.interval.low:.3f}, {found.interval.high:.3f}]"
    return (
        f"{name:24}{len(rows):6}{1 - truths.mean():8.2f}{auroc(scores, truths):8.3f}"
        f"  [{interval.low:.3f}, {interval.high:.3f}]  {auroc(overlap, truths):7.3f}  {ece:22}"
        f"{rate:10.1f}"
    )


if __name__ == "__main__":
    main()
