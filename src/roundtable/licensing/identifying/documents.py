"""Files as text: any encoding, bounded, binary files told apart."""

from __future__ import annotations

import codecs
from pathlib import Path

import msgspec

MOST_BYTES = 2 * 1024 * 1024
"""More of a file is not read; no license comes near."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = bytes(set(range(32)) - {8, 9, 10, 11, 12, 13, 26, 27}) + b"\x7f"


class Document(msgspec.Struct, frozen=True):
    """What was read of a file.

    Args:
        text: Its text; empty if it has none.
        why_not: Why it is no text; empty if it is.
        is_cut: Whether there is more than was read.
    """

    text: str = ""
    why_not: str = ""
    is_cut: bool = False


def read_document(path: Path) -> Document:
    """Returns the text of a file, or why it has none."""
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    cut = len(data) > MOST_BYTES
    document = decoded(data[:MOST_BYTES])
    if cut and not document.why_not:
        return Document(text=document.text, is_cut=True)
    return document


def decoded(data: bytes) -> Document:
    """Returns bytes as text: by their mark, as UTF-8, as UTF-16 without a mark, as Windows-1252."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return Document(text=data.decode(encoding, errors="replace"))
    if encoding := _unmarked_utf16(data):
        return Document(text=data.decode(encoding, errors="replace"))
    head = data[:65_536]
    if b"\0" in head or _n_controls(head) > 0.02 * len(head):
        return Document(why_not="it is a binary file, not a text")
    try:
        return Document(text=data.decode("utf-8"))
    except UnicodeDecodeError as error:
        # A cut in the middle of a character is no other encoding.
        if error.start >= len(data) - 4:
            return Document(text=data.decode("utf-8", errors="ignore"))
    return Document(text=data.decode("cp1252", errors="replace"))


def _n_controls(data: bytes) -> int:
    return len(data) - len(data.translate(None, delete=_CONTROLS))


def _unmarked_utf16(data: bytes) -> str:
    """Returns which UTF-16 it is if every other byte of the beginning is zero; empty if none."""
    head = data[:4096]
    pairs = len(head) // 2
    if pairs < 8:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.7 * pairs and even < 0.05 * pairs:
        return "utf-16-le"
    if even > 0.7 * pairs and odd < 0.05 * pairs:
        return "utf-16-be"
    return ""
