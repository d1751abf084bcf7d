"""Identifies 60 texts of which it is known what they are: 30 exact, 20 modified, 10 unrelated.

    python benchmarks/identification.py                         # 60 texts, from the packaged ones
    python benchmarks/identification.py --texts FOLDER          # from other copies: ID.txt
    python benchmarks/identification.py --seed 7 --rounds 20    # twenty times 60

Exact texts are dressed differently (line breaks, case, quotes, comment signs, Markdown, HTML,
another encoding, a holder filled in, a heading). Modified ones have a sentence taken out, put in or
negated, a number or date changed, their title swapped, two licenses joined, the rest cut off.
Unrelated ones are a privacy policy, a contract, terms in German, code, a README, prose, a table,
filler, a disclaimer, nothing. Right is: exact with its own id; modified, with the license it was
made from named; unknown, with no license. The exit status is 1 if fewer than 59 of 60 are right, or
if one unrelated text is called a license.
"""

from __future__ import annotations

import argparse
import html
import random
import re
import sys
import textwrap
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from roundtable.licensing.identifying import Identification, identify
from roundtable.licensing.identifying.catalog import packaged

IDS = (
    "MIT", "Apache-2.0", "BSD-3-Clause", "BSD-2-Clause", "ISC", "GPL-3.0-only", "GPL-2.0-only",
    "AGPL-3.0-only", "MPL-2.0", "Unlicense", "CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0",
    "CC-BY-ND-4.0", "ODbL-1.0", "CDLA-Permissive-2.0", "llama-1", "llama-2", "llama-3", "llama-3.1",
    "llama-3.2", "llama-3.3", "llama-4", "gemma", "qwen", "qwen-2024", "deepseek-model",
    "creativeml-openrail-m", "openrail-pp-m", "bigscience-bloom-rail-1.0", "stability-community",
    "falcon-2-11b", "nvidia-open-model", "bigcode-openrail-m", "kimi-k2-modified-mit",
)  # fmt: skip
Text = tuple[str, bytes]


def published(folder: Path | None) -> dict[str, str]:
    """Returns id to text: from a folder of `ID.txt`, else those of the package."""
    catalog = packaged()
    found: dict[str, str] = {}
    for id in IDS:
        names = (id, id.removesuffix("-only"), f"{id}-v1")
        file = (
            next((folder / f"{n}.txt" for n in names if (folder / f"{n}.txt").is_file()), None)
            if folder
            else None
        )
        if file is not None:
            found[id] = file.read_text("utf-8")
        elif folder is None:
            entry = catalog.by_id[id.lower()]
            reference = next(
                r for r in catalog.references if r.entry is entry and r.text.file.endswith(".txt")
            )
            template = catalog.template(reference)
            found[id] = template.words.text
    return found


# -- the same license, dressed differently ------------------------------------------------------


def rewrapped(text: str, rng: random.Random) -> str:
    width = rng.choice([50, 66, 100, 10_000])
    paragraphs = re.split(r"\n\s*\n", text)
    return "\n\n".join(
        textwrap.fill(" ".join(p.split()), width, break_long_words=False, break_on_hyphens=False)
        for p in paragraphs
    )


def commented(text: str, rng: random.Random) -> str:
    sign = rng.choice(["# ", "// ", " * ", "-- ", "; "])
    return "\n".join(sign + line for line in text.splitlines())


def curly(text: str, rng: random.Random) -> str:
    quoted = re.sub(
        r'"([^"]*)"', "\u201c\\1\u201d", text.replace("\u201c", '"').replace("\u201d", '"')
    )
    return quoted.replace("'", "\u2019").replace(" - ", " \u2014 ")


def straight(text: str, rng: random.Random) -> str:
    return text.translate(
        {0x201C: '"', 0x201D: '"', 0x2018: "'", 0x2019: "'", 0x2013: "-", 0x2014: "-"}
    )


def markdown(text: str, rng: random.Random) -> str:
    lines = text.strip().splitlines()
    lines[0] = f"# **{lines[0].strip()}**"
    body = "\n".join(lines)
    return re.sub(r"\b(Licensor|You|Software|Agreement)\b", r"**\1**", body, count=6)


def as_html(text: str, rng: random.Random) -> str:
    paragraphs = re.split(r"\n\s*\n", html.escape(text))
    inner = "\n".join(f"<p>{p}</p>" for p in paragraphs)
    return f"<!DOCTYPE html>\n<html><body><div class='l'>\n{inner}\n</div></body></html>"


def filled(text: str, rng: random.Random) -> str:
    holder = rng.choice(
        ["Ada Lovelace", "Example GmbH & Co. KG", "the Foo Authors <foo@example.com>"]
    )
    text = re.sub(r"<year>|\[yyyy\]|\{yyyy\}", "2024", text)
    return re.sub(
        r"<(?:copyright holders|owner|name of author)>|\[name of copyright owner\]", holder, text
    )


def titled(text: str, rng: random.Random) -> str:
    head = rng.choice(
        [
            "LICENSE\n=======\n\n",
            "Foo Project\n\n",
            "--- begin of license ---\n\n",
            "Copyright (c) 2019-2025 Foo Inc. All rights reserved.\n\n",
        ]
    )
    return head + text


def shouted(text: str, rng: random.Random) -> str:
    return text.upper() if rng.random() < 0.5 else text.lower()


def indented(text: str, rng: random.Random) -> str:
    return "\n".join("\t   " + line.replace(" ", "  ") for line in text.splitlines())


def crlf(text: str, rng: random.Random) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


DRESSES: tuple[Callable[[str, random.Random], str], ...] = (
    rewrapped, commented, curly, straight, markdown, as_html, filled, titled, shouted, indented,
    crlf,
)  # fmt: skip
ENCODINGS = ("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le")


def dressed(text: str, rng: random.Random) -> bytes:
    for dress in rng.sample(DRESSES, rng.randint(1, 2)):
        text = dress(text, rng)
    return text.encode(rng.choice(ENCODINGS))


# -- made from it, and no longer it -------------------------------------------------------------


def sentences(text: str) -> list[re.Match[str]]:
    """The sentences that may not be left out: of the middle of the text, and long enough."""
    found = list(re.finditer(r"(?<=[.;])\s+([A-Z][^.;]{60,600}[.;])(?=\s)", text))
    inner = [m for m in found if 0.3 < m.start() / len(text) < 0.72]
    return inner or found or list(re.finditer(r"[^.]{40,}\.", text))


def without_sentence(text: str, rng: random.Random) -> str:
    # Without its third clause BSD-3-Clause is BSD-2-Clause, word for word: no modified text.
    found = [m for m in sentences(text) if "Neither the name" not in m.group()]
    match = rng.choice(found)
    return text[: match.start()] + text[match.end() :]


def with_sentence(text: str, rng: random.Random) -> str:
    added = rng.choice(
        [
            " You may not use it, or anything made with it, for commercial purposes.",
            " Companies with more than 250 employees need a written license from us first.",
            " Outputs may not be used to train any other model.",
            " This license ends on 31 December 2027.",
        ]
    )
    match = rng.choice(sentences(text))
    return text[: match.end()] + added + text[match.end() :]


def negated(text: str, rng: random.Random) -> str:
    places = [
        m
        for m in re.finditer(r"\b(shall|may|must|will|are|is) (not )?", text)
        if 0.25 < m.start() / len(text) < 0.75
    ]
    match = rng.choice(places or list(re.finditer(r"\b(shall|may|must|will|are|is) (not )?", text)))
    other = f"{match[1]} " if match[2] else f"{match[1]} not "
    return text[: match.start()] + other + text[match.end() :]


def renumbered(text: str, rng: random.Random) -> str:
    places = list(
        re.finditer(
            r"\b\d{3,} million|\b(?:19|20)\d\d\b|\b\d{2,3} days"
            r"|\b\d+(?:\.\d)?(?= version| of this)|[Vv]ersion \d",
            text,
        )
    )
    if not places:
        return negated(text, rng)
    match = rng.choice(places)
    return (
        text[: match.start()]
        + re.sub(r"\d", lambda d: str((int(d[0]) + 3) % 10), match.group(), count=1)
        + text[match.end() :]
    )


def cut_off(text: str, rng: random.Random) -> str:
    return text[: int(len(text) * rng.uniform(0.5, 0.75))]


CHANGES: tuple[Callable[[str, random.Random], str], ...] = (
    without_sentence, with_sentence, negated, renumbered, cut_off,
)  # fmt: skip


def spliced(one: str, other: str, rng: random.Random) -> str:
    at = rng.uniform(0.4, 0.6)
    return one[: int(len(one) * at)] + "\n\n" + other[int(len(other) * at) :]


def retitled(texts: dict[str, str], rng: random.Random) -> tuple[str, str]:
    """A Llama license under the title and date of another version."""
    own, other = rng.sample(["llama-2", "llama-3.1", "llama-3.2", "llama-3.3"], 2)
    head = re.compile(r"LLAMA [\d.]+ COMMUNITY LICENSE AGREEMENT.*?, \d{4}", re.S | re.I)
    title = head.search(texts[other])
    assert title
    return own, head.sub(lambda _: title.group(), texts[own], count=1)


# -- no license at all --------------------------------------------------------------------------


def unrelated(rng: random.Random) -> list[Text]:
    """Texts that are no license: written for this benchmark, with names and numbers drawn."""
    listed = tomllib.loads(Path(__file__).with_name("identification.toml").read_text("utf-8"))
    name = rng.choice(["Acme", "Globex", "Initech"])
    texts = {
        kind: one["text"].replace("NAME", name).replace("DAYS", str(rng.randint(5, 90)))
        * one.get("times", 1)
        for kind, one in listed.items()
    }
    rows = (f"{i},c{rng.randint(1, 99)},plumbing,{rng.randint(10, 900)}" for i in range(60))
    texts["table"] = "id,customer,service,amount\n" + "\n".join(rows)
    steps = (f"def step_{i}(x):\n    return x * {rng.randint(2, 99)}\n" for i in range(40))
    texts["code"] = "\n".join(steps)
    texts["empty"] = ""
    return [(kind, text.encode()) for kind, text in texts.items()]


# -- the 60 -------------------------------------------------------------------------------------


def sixty(texts: dict[str, str], rng: random.Random) -> list[tuple[str, str, bytes]]:
    """Returns what each text should be called, how it was made, and its bytes."""
    made: list[tuple[str, str, bytes]] = []
    ids = list(texts)
    for id in rng.sample(ids, min(30, len(ids))) + rng.choices(ids, k=max(0, 30 - len(ids))):
        made.append((f"exact {id}", "dressed", dressed(texts[id], rng)))
    for i in range(17):
        id = rng.choice(ids)
        change = CHANGES[i % len(CHANGES)]
        changed = change(texts[id], rng)
        if rng.random() < 0.5:
            changed = rewrapped(changed, rng)
        made.append((f"modified {id}", change.__name__, changed.encode()))
    one, other = rng.sample(ids, 2)
    made.append(
        (f"modified {one}|{other}", "spliced", spliced(texts[one], texts[other], rng).encode())
    )
    for _ in range(2):
        own, text = retitled(texts, rng)
        made.append((f"modified {own}", "retitled", text.encode()))
    made += [("unknown", kind, text) for kind, text in unrelated(rng)]
    return made


def is_right(wanted: str, found: Identification) -> bool:
    """Says whether the answer, and the license it names, are what they should be."""
    answer, _, ids = wanted.partition(" ")
    if answer != found.answer:
        return False
    if answer == "unknown":
        return found.license is None
    entries = {packaged().by_id[id.lower()].id for id in ids.split("|")}
    if answer == "exact":
        return found.license in entries
    return bool(entries & {found.license, *(one.license for one in found.resembles)})


def measure(
    texts: dict[str, str], seed: int, folder: Path, verbose: bool
) -> tuple[int, int, list[float]]:
    """Returns how many of 60 are right, how many unrelated were called a license, and the times."""
    right = called = 0
    times = []
    by_kind: Counter[str] = Counter()
    of_kind: Counter[str] = Counter()
    for i, (wanted, how, data) in enumerate(sixty(texts, random.Random(seed))):
        path = folder / f"{seed}-{i:02}.txt"
        path.write_bytes(data)
        start = perf_counter()
        (found,) = identify(path)
        times.append(perf_counter() - start)
        good = is_right(wanted, found)
        right += good
        called += wanted == "unknown" and found.license is not None
        kind = wanted.partition(" ")[0]
        of_kind[kind] += 1
        by_kind[kind] += good
        if not good:
            got = f"{found.answer} {found.license}; {found.how}"
            print(f"  wrong: seed {seed}, {wanted} ({how}): {got}")
            for one in found.differences[:3]:
                print(f"    {one.kind}: {one.expected[:70]!r} > {one.found[:70]!r}")
    if verbose:
        print(f"{'kind':10} {'right':>5} {'of':>4}")
        for kind, n in of_kind.items():
            print(f"{kind:10} {by_kind[kind]:5} {n:4}")
    return right, called, times


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=Path, help="a folder of ID.txt, copies from elsewhere")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()
    texts = published(arguments.texts)
    packaged().nearest(("warm", "up") * 10)
    results = []
    with TemporaryDirectory() as folder:
        for seed in range(arguments.seed, arguments.seed + arguments.rounds):
            results.append(measure(texts, seed, Path(folder), arguments.rounds == 1))
    rights = [right for right, _, _ in results]
    called = sum(called for _, called, _ in results)
    times = sorted(t for _, _, ts in results for t in ts)
    print(
        f"{sum(rights)} of {60 * len(rights)} right; the worst round {min(rights)} of 60;"
        f" {called} unrelated texts called a license"
    )
    median, high, last = (times[int(q * (len(times) - 1))] * 1000 for q in (0.5, 0.95, 1.0))
    print(f"a file: median {median:.1f} ms, 95 % within {high:.0f} ms, slowest {last:.0f} ms")
    sys.exit(int(min(rights) < 59 or called > 0))


if __name__ == "__main__":
    main()
