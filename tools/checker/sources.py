"""Brings the labelled sources into one form: `python sources.py RAW grounded.jsonl POOL.json`.

RAW holds the files named below as their publishers ship them (README.md says where they come from
and under which license). A row: id, source, cluster (rows that share a context), question, context,
answer, label (1: not supported).
"""

from __future__ import annotations

import csv
import hashlib
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SUMMEDITS = "ectsum news podcast qmsumm sales_call sales_email samsum scitldr"
csv.field_size_limit(10**9)
Row = dict[str, Any]


def bucket(cluster: str) -> int:
    """Returns the tenth of the data that a cluster belongs to: 0-5 train, 6-7 head, 8-9 test."""
    return int(hashlib.md5(cluster.split(":")[-1].encode()).hexdigest(), 16) % 10


def cluster_of(text: str) -> str:
    """Returns the name of a context."""
    return hashlib.md5(text.strip().encode()).hexdigest()[:10]


def lines(path: Path) -> list[Row]:
    """Reads JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def row(source: str, name: str, context: str, answer: str, label: object, **more: str) -> Row:
    """Returns one row."""
    cluster = f"{source.split(':')[0]}:{cluster_of(name)}"
    found = {"source": source, "cluster": cluster, "question": "", "label": int(bool(label))}
    return {**found, "context": context.strip(), "answer": answer.strip(), **more}


def begin(raw: Path, grounded: Path) -> Iterator[Row]:
    """BEGIN: WoW and CMU-DoG as given; Topical-Chat (CDLA-Sharing) only ever to test on."""
    for r in lines(grounded):
        source = f"grounded:{r['source']}"
        label, context = r["hallucinated"], r["context"]
        yield row(source, context, context, r["answer"], label, question=r["question"], id=r["id"])
    with (raw / "begin_tc.tsv").open(encoding="utf-8") as file:
        for r in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            label = r["begin_label"] != "Fully attributable"
            yield row("begintc", r["knowledge"], r["knowledge"], r["response"], label)


def news(raw: Path) -> Iterator[Row]:
    """QAGS (to test on) and BUMP (edited by people so that they contradict the article)."""
    for part in ("cnndm", "xsum"):
        for r in lines(raw / f"qags_mturk_{part}.jsonl"):
            votes = [
                [v["response"] == "yes" for v in s["responses"]] for s in r["summary_sentences"]
            ]
            label = any(sum(v) * 2 <= len(v) for v in votes)
            answer = " ".join(s["sentence"] for s in r["summary_sentences"])
            yield row(f"qags:{part}", r["article"], r["article"], answer, label)
    for part in (1, 2):
        for r in json.loads((raw / f"bump{part}.json").read_text(encoding="utf-8")):
            yield row("bump", r["article"], r["article"], r["reference_summary"], 0)
            yield row("bump", r["article"], r["article"], r["edited_summary"], 1)


def wikipedia(raw: Path) -> Iterator[Row]:
    """WiCE (to test on) and FoolMeTwice, with its evidence alone, among others, and left out."""
    for part in ("dev", "test"):
        for r in lines(raw / f"wice_{part}.jsonl"):
            text = "\n".join(r["evidence"])
            label = r["label"] != "supported"
            yield row(f"wice:{part}", " ".join(r["evidence"]), text, r["claim"], label)
    for part in ("dev", "test"):
        for r in lines(raw / f"fm2_{part}.jsonl"):
            page, claim, label = r["wikipedia_page"], r["text"], r["label"] != "SUPPORTS"
            gold = [e["text"] for e in r["gold_evidence"]]
            whole = " ".join(gold)
            others = [e["text"] for e in r["retrieved_evidence"] if e["text"] not in whole]
            yield row("fm2", page, f"{page}. {whole}", claim, label)
            rng = random.Random(r["id"])
            mixed = gold + rng.sample(others, min(4, len(others)))
            rng.shuffle(mixed)
            yield row("fm2mix", page, f"{page}. {' '.join(mixed)}", claim, label)
            if rng.random() < 0.35 and len(others) >= 3:
                yield row("fm2none", page, f"{page}. {' '.join(others[:5])}", claim, 1)


def edits(raw: Path) -> Iterator[Row]:
    """SummEdits: summaries in eight domains, edited by a model, judged by people."""
    for part in SUMMEDITS.split():
        for r in json.loads((raw / f"se_{part}.json").read_text(encoding="utf-8")):
            label = 1 - int(r["label"])
            yield row(f"summedits:{part}", r["doc"], r["doc"], r["summary"], label)


def sentences(raw: Path) -> Iterator[Row]:
    """SNLI (its development and test parts) and its counterfactual revisions."""
    for part in ("dev", "test"):
        columns = [
            (raw / f"snli_{f}.{part}").read_text().split("\n") for f in ("s1", "s2", "labels")
        ]
        for premise, claim, label in zip(*columns, strict=False):
            if label:
                shown = [re.sub(r"\s+([.,!?;:'])", r"\1", t).strip() for t in (premise, claim)]
                yield row("snli", premise, *shown, label != "entailment")
    for part in ("train", "dev", "test"):
        with (raw / f"cad_{part}.tsv").open(encoding="utf-8") as file:
            for r in csv.DictReader(file, delimiter="\t"):
                if r["gold_label"] != "-":
                    first, second = r["sentence1"], r["sentence2"]
                    yield row("cad", first, first, second, r["gold_label"] != "entailment")


def others(raw: Path) -> Iterator[Row]:
    """FaithBench (CC-BY-NC-SA: only to test on) and the dialogues of Q-squared."""
    with (raw / "faithbench.csv").open(encoding="utf-8") as file:
        for r in csv.DictReader(file):
            label = r["worst-label"] == "Unwanted"
            yield row("faithbench", r["source"], r["source"], r["summary"], label)
    with (raw / "q2.csv").open(encoding="utf-8") as file:
        for r in csv.DictReader(file):
            for writer in ("dodeca", "memnet"):
                context, answer = r["knowledge"], r[f"{writer}_response"]
                label = r[f"{writer}_label"] == "1"
                yield row(f"q2:{writer}", context, context, answer, label, question=r["message"])


def main(raw: str, grounded: str, out: str) -> None:
    """Writes the pool."""
    folder = Path(raw)
    parts = (begin(folder, Path(grounded)), news(folder), edits(folder), wikipedia(folder))
    pool = [r for part in (*parts, sentences(folder), others(folder)) for r in part]
    pool = [r for r in pool if r["context"] and r["answer"]]
    for number, r in enumerate(pool):
        r.setdefault("id", f"{r['source']}-{number}")
    Path(out).write_text(json.dumps(pool), encoding="utf-8")
    counted = Counter((r["source"], r["label"]) for r in pool)
    for source in sorted({s for s, _ in counted}):
        print(f"{source:24} supported {counted[source, 0]:6} not {counted[source, 1]:6}")


if __name__ == "__main__":
    main(*sys.argv[1:])
