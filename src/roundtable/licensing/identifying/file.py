"""One file: the text in it, and what it claims."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from roundtable.errors import InputError, Place
from roundtable.licensing.identifying.answers import unknown
from roundtable.licensing.identifying.claims import Claims, claims_of, is_manifest
from roundtable.licensing.identifying.documents import MOST_BYTES, read_document
from roundtable.licensing.identifying.gguf import is_gguf
from roundtable.licensing.identifying.headers import SOURCE_SUFFIXES, head_comment
from roundtable.licensing.identifying.notices import notices_in
from roundtable.licensing.identifying.tags import agrees
from roundtable.licensing.identifying.text import identify_text
from roundtable.licensing.identifying.types import Declared, Identification
from roundtable.licensing.identifying.words import words_of

_LICENSE_NAME = re.compile(
    r"(?:^|[-_. ])(?:un)?(?:licen[sc]e|licen[sc]ing|copying|copyright|eula|notice|terms|agreement"
    r"|(?:acceptable[-_ ]?|prohibited[-_ ]?)?us(?:e|age)[-_ ]?polic(?:y|ies))s?(?:$|[-_. ])",
    re.I,
)
_FRONT = re.compile(r"\A\s*---[ \t]*\r?\n.*?\r?\n---[ \t]*(?:\r?\n|\Z)", re.S)


def is_license_name(name: str) -> bool:
    """Says whether a file is called as files with licenses are."""
    suffix = Path(name).suffix.lower()
    return _LICENSE_NAME.search(name) is not None and suffix not in SOURCE_SUFFIXES - {".tex"}


def identify_file(path: Path, *, name: str = "") -> Identification:
    """Returns which license a file is, and what it claims.

    Args:
        path: The file.
        name: What to call it in the answer; its path if left out.

    Raises:
        InputError: it cannot be read.
    """
    shown = name or str(path)
    try:
        return _identified(path, shown)
    except OSError as error:
        raise InputError(
            f"the file cannot be read: {error.strerror or error}",
            where=Place(file=str(path)),
            fix="give a file that exists and may be read",
        ) from error


def _identified(path: Path, shown: str) -> Identification:
    if path.suffix.lower() in {".gguf", ".safetensors"} or is_gguf(path):
        claims = claims_of(path if path.suffix else path.with_suffix(".gguf"), "")
        return _metadata(claims, shown)
    document = read_document(path)
    if document.why_not:
        return unknown(shown, document.why_not)
    claims = claims_of(path, document.text)
    warnings: tuple[str, ...] = (claims.problem,) if claims.problem else ()
    if document.is_cut:
        warnings += (f"only the first {MOST_BYTES // 2**20} MiB of it were read",)
    if is_manifest(path.name):
        found = (
            identify_text(claims.text, shown) if claims.text else unknown(shown, "it holds no text")
        )
        how = found.how if claims.text else "it is no license text; what it says is a claim"
    else:
        text = _FRONT.sub("", document.text)
        is_source = path.suffix.lower() in SOURCE_SUFFIXES
        if is_source:
            text = head_comment(document.text)
        found = identify_text(text, shown)
        how = found.how
        if claims.text and found.answer == "unknown":
            found = identify_text(claims.text, shown)
            how = f"in its front matter: {found.how}"
        elif is_source:
            how = (
                f"in its first comment: {how}"
                if text
                else "it is code without a comment at its head"
            )
        if found.answer != "exact":
            notices = notices_in(words_of(text).words, path.name)
            known = {one.license for one in found.declared}
            claims = msgspec.structs.replace(
                claims,
                declared=(*claims.declared, *(one for one in notices if one.license not in known)),
            )
    return msgspec.structs.replace(
        found,
        how=how,
        declared=(*claims.declared, *found.declared),
        warnings=(*found.warnings, *warnings),
        contradictions=contradictions_of(found, claims.declared, shown),
    )


def _metadata(claims: Claims, shown: str) -> Identification:
    warnings = (claims.problem,) if claims.problem else ()
    if claims.text:
        found = identify_text(claims.text, shown)
        return msgspec.structs.replace(
            found,
            how=f"in its metadata: {found.how}",
            declared=claims.declared,
            warnings=(*found.warnings, *warnings),
            contradictions=contradictions_of(found, claims.declared, shown),
        )
    how = "model weights hold no license text; what their metadata says is a claim"
    return unknown(shown, how, declared=claims.declared, warnings=warnings)


def contradictions_of(
    found: Identification, declared: tuple[Declared, ...], text_at: str
) -> tuple[str, ...]:
    """Returns where claims do not agree with a text that was read.

    Args:
        found: The text.
        declared: The claims.
        text_at: What to call the text.
    """
    if found.license is None:
        return ()
    ids = (found.license, *found.also)
    told = []
    for one in declared:
        if one.license is None or one.by == "notice":
            continue
        if not agrees(one.license, ids):
            told.append(
                f"{one.where} says {one.value!r} ({one.license}), but the text in {text_at} is"
                f" {'' if found.answer == 'exact' else 'made from '}{found.license}"
            )
        elif found.answer == "modified":
            told.append(
                f"{one.where} says {one.value!r}, but the text in {text_at} is no longer"
                f" {found.license} word for word"
            )
    return tuple(dict.fromkeys(told))
