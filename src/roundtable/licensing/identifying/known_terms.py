"""Which licenses the knowledge base has terms of, what else they are called, what it quotes.

The files are looked at as they lie: names and quotes are all that is needed here, and none of it
decides anything about a use.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from roundtable.licensing.identifying.word_lists import USUAL


@lru_cache(maxsize=1)
def _files() -> Mapping[str, str]:
    folder = resources.files("roundtable.licensing") / "terms"
    return {
        one.name[:-5].lower(): one.name for one in folder.iterdir() if one.name.endswith(".toml")
    }


@lru_cache(maxsize=256)
def _terms(name: str) -> Mapping[str, Any]:
    file = resources.files("roundtable.licensing") / "terms" / name
    return tomllib.loads(file.read_text("utf-8"))


def has_terms(id: str) -> bool:
    """Says whether the packaged knowledge base holds the license's clauses."""
    return id_of(id) is not None


def is_usual(id: str) -> bool:
    """Says whether people use the license: of two that fit as well, it is meant."""
    return id in USUAL or has_terms(id)


def quotes_of(id: str) -> list[tuple[str, str, str]]:
    """Returns clause, gist and quoted words of the license's clauses that quote any."""
    name = _files().get(id.lower())
    clauses = _terms(name).get("clauses", ()) if name else ()
    return [(one["id"], one["gist"], one["quote"]) for one in clauses if one.get("quote")]


@lru_cache(maxsize=1)
def _aliases() -> Mapping[str, str]:
    return {
        alias.lower(): _terms(name).get("id", name.removesuffix(".toml"))
        for name in _files().values()
        for alias in _terms(name).get("aliases", ())
    }


def id_of(name: str) -> str | None:
    """Returns the id of the terms that go by a name: their own or another; None if none do."""
    plain = name.lower()
    file = _files().get(plain)
    return file.removesuffix(".toml") if file else _aliases().get(plain)
