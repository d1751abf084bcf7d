"""Reads documents of a corpus: what they say, and where in their file it stands."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec

from roundtable.errors import InputError, MissingExtraError, Place

SUFFIXES = (".md", ".markdown", ".txt", ".html", ".htm", ".pdf", ".jsonl")
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "caption",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "table",
        "td",
        "th",
        "title",
        "tr",
        "ul",
    ]
)
_UNREAD = frozenset(("script", "style", "template", "noscript", "svg"))


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A document's text.

    Args:
        source: Its file, relative to the corpus; with `#id` for a row, `#page=3` for a page.
        text: What it says.
        title: What it is called: its first heading, a row's `title`, or nothing.
        digest: SHA-256 of source, title and text.
        starts: Where stretches of `text` begin; empty if `text` is the source's own text.
        origins: Where those stretches begin in the source's own text (a page's markup).
    """

    source: str
    text: str
    title: str
    digest: str
    starts: tuple[int, ...] = ()
    origins: tuple[int, ...] = ()

    def origin(self, at: int) -> int:
        """Returns where a character of the text stands in its source."""
        if not self.starts:
            return at
        nearest = max(bisect_right(self.starts, at) - 1, 0)
        return self.origins[nearest] + at - self.starts[nearest]


def read_documents(path: Path) -> Iterator[Document]:
    """Yields the documents of a file or a folder, sorted by their paths.

    Args:
        path: A folder, whose hidden files and files of other kinds are left out, or one file.

    Raises:
        InputError: nothing is there, or a file cannot be read, with its place.
        MissingExtraError: a PDF is there and its reader is not installed.
    """
    if not path.exists():
        raise InputError(
            "there are no documents", where=Place(str(path)), fix="name a folder or a file"
        )
    root = path if path.is_dir() else path.parent
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    for file in files:
        name = file.relative_to(root)
        hidden = any(part.startswith(".") for part in name.parts)
        if file.is_file() and not hidden and file.suffix.lower() in SUFFIXES:
            yield from _read(file, name.as_posix())


def _read(file: Path, name: str) -> Iterator[Document]:
    suffix = file.suffix.lower()
    if suffix == ".pdf":
        yield from _pages(file, name)
    elif suffix == ".jsonl":
        yield from _rows(file, name)
    elif suffix in (".html", ".htm"):
        yield _page(_decoded(file), name)
    else:
        text = _decoded(file)
        yield _document(name, text, _heading(text) if suffix != ".txt" else "")


def _decoded(file: Path) -> str:
    try:
        data = file.read_bytes()
    except OSError as error:
        what = f"the document cannot be read: {error.strerror or error}"
        raise InputError(what, where=Place(str(file)), fix="mend its permissions") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            "the document is not UTF-8", where=Place(str(file), line), fix="save it as UTF-8"
        ) from error


def _document(
    source: str,
    text: str,
    title: str,
    *,
    starts: tuple[int, ...] = (),
    origins: tuple[int, ...] = (),
) -> Document:
    key = "\0".join((source, title, text))
    return Document(
        source=source,
        text=text,
        title=title,
        digest=hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest(),
        starts=starts,
        origins=origins,
    )


def _heading(text: str) -> str:
    for line in text.splitlines():
        if line.startswith("#"):
            return line.lstrip("#").strip()
    return ""


def _rows(file: Path, name: str) -> Iterator[Document]:
    seen: set[str] = set()
    for number, line in enumerate(_decoded(file).split("\n"), 1):
        if not line.strip():
            continue

        def wrong(what: str, fix: str, field: str = "", *, at: int = number) -> InputError:
            return InputError(what, where=Place(str(file), at, field), fix=fix)

        try:
            row: Any = msgspec.json.decode(line)
        except (msgspec.DecodeError, RecursionError) as error:
            raise wrong(f"the row is not JSON: {error}", "write one JSON object a line") from error
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise wrong("a row has no text", 'write {"id": "1", "text": "..."}', "text")
        title, key = row.get("title") or "", row.get("id", number)
        if not isinstance(title, str):
            raise wrong("a title must be a text", "write a text, or leave it out", "title")
        if not isinstance(key, str | int) or isinstance(key, bool):
            raise wrong("an id must be a text or a whole number", "mend the id", "id")
        if str(key) in seen:
            raise wrong(f"the id {key!r} stands twice", "give every row an id of its own", "id")
        seen.add(str(key))
        yield _document(f"{name}#{key}", row["text"], title)


def _pages(file: Path, name: str) -> Iterator[Document]:
    try:
        import pypdf
    except ImportError as error:
        raise MissingExtraError("reading PDF documents", "search") from error
    try:
        reader = pypdf.PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError(
                "the document is locked by a password", where=Place(str(file)), fix="unlock it"
            )
        title = str((reader.metadata and reader.metadata.title) or "")
        texts = [page.extract_text() for page in reader.pages]
    except (pypdf.errors.PyPdfError, OSError, ValueError, KeyError, RecursionError) as error:
        what = f"the document cannot be read: {error}"
        raise InputError(what, where=Place(str(file)), fix="save it as PDF anew") from error
    if not any(text.strip() for text in texts):
        raise InputError(
            "the document has no text, only pictures of it",
            where=Place(str(file)),
            fix="recognize its text (OCR) and save it with it, or take it out",
        )
    for number, text in enumerate(texts, 1):
        yield _document(f"{name}#page={number}", text, title)


def _page(markup: str, name: str) -> Document:
    reader = _Markup(markup)
    reader.feed(markup)
    reader.close()
    return _document(
        name,
        "".join(reader.pieces),
        " ".join("".join(reader.title).split()),
        starts=tuple(reader.starts),
        origins=tuple(reader.origins),
    )


class _Markup(HTMLParser):
    """Gathers what a page shows, and where each piece stands in the markup."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=False)
        self._lines = [0]
        for line in markup.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._length = 0
        self._unread = 0
        self._in_title = False
        self.pieces: list[str] = []
        self.starts: list[int] = []
        self.origins: list[int] = []
        self.title: list[str] = []

    def _add(self, piece: str) -> None:
        line, column = self.getpos()
        self.pieces.append(piece)
        self.starts.append(self._length)
        self.origins.append(self._lines[line - 1] + column)
        self._length += len(piece)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens what is not read, or begins a line."""
        if tag in _UNREAD:
            self._unread += 1
        self._in_title = tag == "title" or self._in_title
        if tag in _BLOCKS:
            self._add("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begins a line."""
        if tag in _BLOCKS:
            self._add("\n")

    def handle_endtag(self, tag: str) -> None:
        """Closes what is not read, or ends a line."""
        if tag in _UNREAD:
            self._unread = max(self._unread - 1, 0)
        if tag == "title":
            self._in_title = False
        if tag in _BLOCKS:
            self._add("\n")

    def handle_data(self, data: str) -> None:
        """Takes what is shown."""
        if self._in_title:
            self.title.append(data)
        elif not self._unread:
            self._add(data)

    def handle_entityref(self, name: str) -> None:
        """Takes a named character."""
        self._character(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Takes a numbered character."""
        self._character(f"&#{name};")

    def _character(self, reference: str) -> None:
        from html import unescape

        self.handle_data(unescape(reference))
