"""Makes claims that a passage does not support out of its own sentences."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable

NUMBER = re.compile(r"\b\d[\d,]*(?:\.\d+)?\b")
NAME = re.compile(r"(?<![.!?\"] )(?<!^)\b[A-Z][\w'-]+(?:\s(?:of\s|the\s)?[A-Z][\w'-]+)*")
AUXILIARY = re.compile(
    r"\b(is|are|was|were|can|could|will|would|should|has|have|had|did|does)\b(?! not)(?!n)"
)
OPPOSITES = """
more less|before after|increase decrease|increased decreased|first last|north south|east west
northern southern|eastern western|won lost|higher lower|largest smallest|larger smaller|early late
best worst|rise fall|rose fell|up down|above below|always never|all no|many few|most few|he she
his her|male female|men women|man woman|father mother|son daughter|husband wife|old new
oldest youngest|highest lowest|with without|inside outside|success failure
successful unsuccessful|win lose|accepted rejected|begin end|began ended|born died|good bad
strong weak|buy sell|bought sold|public private|major minor|maximum minimum|positive negative
popular unpopular|possible impossible|same different|support oppose|supported opposed
allow forbid|include exclude|includes excludes|start stop|started stopped|day year|months years
weeks months|million billion|hundreds thousands|January March|June April|Monday Friday
American British|British French|English German|one two|two three|three five|four six
"""
_OTHER: dict[str, list[str]] = defaultdict(list)
for _pair in OPPOSITES.replace("\n", "|").strip("|").split("|"):
    _first, _second = _pair.split()
    _OTHER[_first].append(_second)
    _OTHER[_second].append(_first)

Change = Callable[[random.Random, str, str], str | None]


def _spliced(text: str, found: re.Match[str], new: str) -> str:
    return text[: found.start()] + new + text[found.end() :]


def number(rng: random.Random, text: str, passage: str) -> str | None:
    """Another number: of the passage, or with one digit changed."""
    found = list(NUMBER.finditer(text))
    if not found:
        return None
    one = rng.choice(found)
    old = one[0]
    likely = [x for x in NUMBER.findall(passage) if x != old and len(x) == len(old)]
    if likely and rng.random() < 0.5:
        new = rng.choice(likely)
    else:
        at = rng.choice([i for i, c in enumerate(old) if c.isdigit()])
        new = old[:at] + str((int(old[at]) + rng.randint(1, 8)) % 10) + old[at + 1 :]
        if new[0] == "0" and old[0] != "0":
            new = "1" + new[1:]
    return None if new == old else _spliced(text, one, new)


def name(rng: random.Random, text: str, passage: str) -> str | None:
    """Another name of the passage."""
    found = list(NAME.finditer(text))
    if not found:
        return None
    one = rng.choice(found)
    likely = [x for x in sorted(set(NAME.findall(passage))) if x not in one[0] and one[0] not in x]
    return _spliced(text, one, rng.choice(likely)) if likely else None


def roles(rng: random.Random, text: str, passage: str) -> str | None:
    """Two names of the sentence change places."""
    found = list({m[0]: m for m in NAME.finditer(text)}.values())
    if len(found) < 2:
        return None
    a, b = sorted(rng.sample(found, 2), key=lambda m: m.start())
    if a.end() > b.start() or a[0] in b[0] or b[0] in a[0]:
        return None
    return text[: a.start()] + b[0] + text[a.end() : b.start()] + a[0] + text[b.end() :]


def negation(rng: random.Random, text: str, passage: str) -> str | None:
    """A "not" more, or one less."""
    if re.search(r"\bnot\b|n't\b|\bnever\b", text):
        changed = re.sub(r"\bnot |\bnever ", "", text, count=1)
        if changed == text:
            changed = re.sub(r"n't\b", "", text, count=1)
    else:
        changed = AUXILIARY.sub(r"\1 not", text, count=1)
    return changed if changed != text else None


def opposite(rng: random.Random, text: str, passage: str) -> str | None:
    """A word's opposite, or one that excludes it."""
    found = [m for m in re.finditer(r"[A-Za-z]+", text) if m[0] in _OTHER]
    if not found:
        return None
    one = rng.choice(found)
    return _spliced(text, one, rng.choice(_OTHER[one[0]]))


def word(rng: random.Random, text: str, passage: str) -> str | None:
    """A word of the passage in the place of another with the same ending."""
    found = list(re.finditer(r"\b[a-z]{5,}\b", text))
    others = [w for w in sorted(set(re.findall(r"\b[a-z]{5,}\b", passage))) if w not in text]
    if not found or not others:
        return None
    one = rng.choice(found)
    likely = [w for w in others if w[-2:] == one[0][-2:] and w != one[0]]
    return _spliced(text, one, rng.choice(likely)) if likely else None


CHANGES: tuple[Change, ...] = (
    *(number, number, name, name, roles, roles, negation),
    *(opposite, opposite, word, word),
)


def simplified(rng: random.Random, text: str) -> str:
    """Returns a sentence that says no more: without an aside, an opening, a clause."""
    for _ in range(2):
        k = rng.random()
        if k < 0.25:
            text = re.sub(r"\s*\([^)]*\)", "", text)
        elif k < 0.45:
            opening = r"^(In|On|At|During|After|Before|By|As|For|However|Although|While)"
            text = re.sub(opening + r"[^,]{3,60}, (.)", lambda m: m[2].upper(), text)
        elif k < 0.6:
            clause = r", (which|who|where|with|and|including) [^,]{4,80}([.,])"
            text = re.sub(clause, r"\2", text, count=1)
        elif k < 0.7:
            text = re.sub(r",[^,]{4,60},", "", text, count=1)
        elif k < 0.8:
            text = re.sub(r"[,;:] [^,;:]{15,}[.]$", ".", text)
    return text


def spoken(rng: random.Random, text: str) -> str:
    """Returns a sentence as chat has it: in lower case, with an opening."""
    k = rng.random()
    if k < 0.25:
        return text.lower()
    if k < 0.3:
        return text.lower().rstrip(".")
    if k < 0.36:
        openings = (
            "Yes, ",
            "I know that ",
            "Did you know that ",
            "It says that ",
            "According to the text, ",
        )
        return rng.choice(openings) + text
    return text
