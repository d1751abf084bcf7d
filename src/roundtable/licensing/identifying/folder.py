"""A folder, such as a model's repository: its texts and claims, and whether they agree."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from roundtable.licensing.identifying.catalog import packaged
from roundtable.licensing.identifying.claims import is_manifest
from roundtable.licensing.identifying.file import (
    contradictions_of,
    identify_file,
    is_license_name,
)
from roundtable.licensing.identifying.headers import SOURCE_SUFFIXES
from roundtable.licensing.identifying.types import Declared, Identification, Resemblance
from roundtable.licensing.identifying.word_lists import listed

_MAIN_NAME = re.compile(r"(?:model[-_]?)?(?:licen[sc]e|copying)(?:$|[-_. ])", re.I)
_SKIPPED = listed(
    ".git .hg .svn .venv venv node_modules __pycache__ .tox .mypy_cache .ruff_cache .pytest_cache"
    " .roundtable .idea .vscode build dist"
)
_DOCUMENTS = frozenset(
    {"", ".txt", ".md", ".markdown", ".mdx", ".rst", ".html", ".htm", ".text", ".license"}
)
_NO_DOCUMENTS = frozenset({"makefile", "dockerfile", "version", "codeowners"})
_MOST_FILES = 20_000
_MOST_SOURCES = 2_000
_DEEPEST = 8
_MULTIMODAL = "mllama"


def identify_folder(folder: Path) -> list[Identification]:
    """Returns what a folder's files say together, then each file that says something.

    Texts called like a license, README files, manifests and weights are read at any depth, other
    documents only where the folder is the one that was named; of code only the first comment.
    """
    files = list(_files(folder))
    found: list[tuple[int, Identification]] = []
    headers: Counter[str] = Counter()
    n_sources = 0
    for path, depth in files:
        name = path.name
        told = is_license_name(name) or name.lower().startswith("readme") or is_manifest(name)
        if told or (depth == 0 and _is_document(path)):
            found.append((depth, identify_file(path)))
        elif path.suffix.lower() in SOURCE_SUFFIXES and n_sources < _MOST_SOURCES:
            n_sources += 1
            one = identify_file(path)
            ids = {d.license or d.value for d in one.declared} | ({one.license} - {None})
            headers.update(str(id) for id in ids)
            if one.license is not None:
                found.append((depth, one))
    rows = [
        (depth, one)
        for depth, one in found
        if depth == 0
        or one.answer != "unknown"
        or one.declared
        or is_license_name(Path(one.path).name)
    ]
    summary = _summary(folder, rows, headers)
    if len(files) >= _MOST_FILES:
        more = f"only the first {_MOST_FILES} files were looked at"
        summary = msgspec.structs.replace(summary, warnings=(*summary.warnings, more))
    return [summary, *(one for _, one in rows)]


def _is_document(path: Path) -> bool:
    name = path.name.lower()
    return path.suffix.lower() in _DOCUMENTS and name[0] != "." and name not in _NO_DOCUMENTS


def _files(folder: Path) -> Iterator[tuple[Path, int]]:
    """Yields files and how deep they lie, the shallow ones first, in the order of their names."""
    level = [folder]
    n = 0
    for depth in range(_DEEPEST):
        below: list[Path] = []
        for one in level:
            try:
                entries = sorted(os.scandir(one), key=lambda e: e.name)
            except OSError:
                continue
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in _SKIPPED:
                        below.append(Path(entry.path))
                elif entry.is_file() and os.access(entry.path, os.R_OK):
                    yield Path(entry.path), depth
                    n += 1
                    if n >= _MOST_FILES:
                        return
        level = below


def _summary(
    folder: Path, rows: Sequence[tuple[int, Identification]], headers: Counter[str]
) -> Identification:
    kinds = {entry.id: entry.kind for entry in packaged().entries if entry.kind != "notice"}
    texts = [
        (depth, one)
        for depth, one in rows
        if one.answer != "unknown"
        and is_license_name(Path(one.path).name)
        and kinds.get(one.license or "", "license") == "license"
    ]
    shallowest = min((depth for depth, _ in texts), default=0)
    main = [one for depth, one in texts if depth == shallowest]
    declared = tuple(d for _, one in rows for d in _placed(folder, one))
    contradictions = [c for _, one in rows for c in one.contradictions]
    for one in main:
        elsewhere = tuple(d for _, o in rows if o is not one for d in _placed(folder, o))
        contradictions += contradictions_of(one, elsewhere, _near(folder, one.path))
    if len({one.license for one in main}) > 1:
        # With several texts a claim needs to agree with one of them only.
        contradictions = _with_none(folder, main, declared)
    contradictions += _of_policies(folder, main, rows, kinds)
    warnings = _warnings(main, declared, rows, folder)
    if len(headers) > 1:
        told = ", ".join(f"{id} ({n})" for id, n in headers.most_common(6))
        warnings.append(f"the heads of source files name several licenses: {told}")
    ids = list(dict.fromkeys(one.license for one in main))
    base = Identification(
        path=str(folder),
        license=None,
        score=0.0,
        answer="unknown",
        how="no license text was found in it",
        declared=declared,
        contradictions=tuple(dict.fromkeys(contradictions)),
        warnings=tuple(dict.fromkeys(warnings)),
    )
    if len(ids) == 1 and ids[0] is not None:
        return _of_one(folder, main, base)
    if main:
        names = "; ".join(f"{_near(folder, one.path)}: {one.license or 'several'}" for one in main)
        return msgspec.structs.replace(
            base,
            how=f"several license texts stand in it; people must say what each covers: {names}",
            resembles=tuple(
                Resemblance(license=id, score=1.0, why="one of its texts") for id in ids if id
            ),
        )
    if declared:
        base = msgspec.structs.replace(base, how="no license text was found in it, only claims")
    return base


def _of_one(folder: Path, main: Sequence[Identification], base: Identification) -> Identification:
    one = min(main, key=lambda m: m.score)
    answer = msgspec.structs.replace(
        one,
        path=base.path,
        how=f"{_near(folder, one.path)}: {one.how}",
        declared=base.declared,
        contradictions=base.contradictions,
        warnings=tuple(dict.fromkeys((*one.warnings, *base.warnings))),
    )
    if "llama-3.2-vision" in one.also and _is_multimodal(folder):
        answer = msgspec.structs.replace(
            answer,
            license="llama-3.2-vision",
            also=("llama-3.2",),
            how=f"{answer.how}; config.json says that the model sees images",
        )
    return answer


def _is_multimodal(folder: Path) -> bool:
    config = folder / "config.json"
    return config.is_file() and _MULTIMODAL in config.read_text("utf-8", errors="replace")[:65_536]


def _placed(folder: Path, one: Identification) -> tuple[Declared, ...]:
    """Returns a file's claims, with its folder where it lies deeper."""
    parent = Path(one.path).parent
    if parent == folder:
        return one.declared
    at = _near(folder, str(parent))
    return tuple(msgspec.structs.replace(d, where=f"{at}/{d.where}") for d in one.declared)


def _with_none(
    folder: Path, main: Sequence[Identification], declared: Sequence[Declared]
) -> list[str]:
    told = []
    for one in declared:
        against = [contradictions_of(text, (one,), _near(folder, text.path)) for text in main]
        if against and all(against):
            told.append(against[0][0])
    return told


def _of_policies(
    folder: Path,
    main: Sequence[Identification],
    rows: Sequence[tuple[int, Identification]],
    kinds: Mapping[str, str],
) -> list[str]:
    """Returns where a use policy belongs to another license than the text beside it."""
    told = []
    for _, policy in rows:
        if policy.license is None or kinds.get(policy.license) != "policy":
            continue
        owner = policy.license.rpartition(".")[0] or policy.license
        owner = next((id for id in (owner, policy.license.split(".use-")[0]) if id in kinds), owner)
        for one in main:
            beside = Path(one.path).parent == Path(policy.path).parent
            own = (one.license, *one.also)
            if beside and one.license and owner in kinds and owner not in own:
                told.append(
                    f"{_near(folder, policy.path)} is the use policy of {owner}, but"
                    f" {_near(folder, one.path)} is {one.license}"
                )
    return told


def _warnings(
    main: Sequence[Identification],
    declared: Sequence[Declared],
    rows: Sequence[tuple[int, Identification]],
    folder: Path,
) -> list[str]:
    warnings = []
    if not main and declared:
        warnings.append("licenses are claimed, but no text of one was found: nothing was verified")
    for _, one in rows:
        if one.answer == "unknown" and _MAIN_NAME.match(Path(one.path).name):
            warnings.append(f"{_near(folder, one.path)} is called like a license, but {one.how}")
    return warnings


def _near(folder: Path, path: str) -> str:
    try:
        return str(Path(path).relative_to(folder))
    except ValueError:
        return path
