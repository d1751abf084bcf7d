"""The comment at the head of a source file, as text: where a license or its notice may stand."""

from __future__ import annotations

import re

from roundtable.licensing.identifying.word_lists import listed

SOURCE_SUFFIXES = listed(
    ".py .pyi .pyx .js .mjs .cjs .jsx .ts .tsx .java .kt .scala .c .h .cc .cpp .cxx .hpp .cu"
    " .cuh .m .mm .go .rs .rb .php .sh .bash .zsh .pl .lua .r .jl .cs .fs .swift .sql .css .scss"
    " .less .vue .el .lisp .clj .hs .ml .ex .exs .erl .vb .asm .s .f90 .tex .proto .tf .ipynb"
    " .toml .cfg .ini .yaml .yml .json .xml .bat .ps1 .cmake"
)
"""Of these files only the head is looked at."""
_BLOCK = re.compile(r"/\*(.*?)\*/|<!--(.*?)-->|\"\"\"(.*?)\"\"\"|'''(.*?)'''|\(\*(.*?)\*\)", re.S)
_LINE = re.compile(r"[ \t]*(?:#+|//+|--+|;+|%+|\"|'|!|REM\b|dnl\b|::)[ \t]?(.*)", re.I)
_SKIPPED = re.compile(
    r"[ \t]*(?:#!.*|<\?.*|<!doctype.*|['\"]use strict['\"];?|@echo off)?[ \t]*$", re.I
)
_LONGEST = 65_536


def head_comment(text: str) -> str:
    """Returns what the comments before a source file's first line of code say; "" without any."""
    text = text[:_LONGEST].lstrip("\ufeff")
    at = 0
    said: list[str] = []
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end]
        block = _BLOCK.match(text, at + len(line) - len(line.lstrip()))
        if block:
            body = next(part for part in block.groups() if part is not None)
            said += [re.sub(r"^[ \t]*\*+ ?", "", one) for one in body.splitlines()]
            said.append("")
            at = block.end()
            continue
        if _SKIPPED.match(line):
            said.append("")
        elif found := _LINE.match(line):
            said.append(found[1])
        else:
            break
        at = end + 1
    return "\n".join(said).strip()
