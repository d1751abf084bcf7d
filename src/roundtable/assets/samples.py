"""A dataset's rows as samples: read and checked once, decoded one by one when they are used."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import overload

import msgspec
import numpy as np
from numpy.typing import NDArray

from roundtable.assets.dataset import DatasetSpec, ProblemList, check_shares
from roundtable.assets.rows import Rows, name_hash, row_id, scan
from roundtable.assets.tables import file_digest, write_rows
from roundtable.digest import Key, digest
from roundtable.errors import InputError, NotFoundError, Place

LINES = (".jsonl", ".ndjson")
TABLES = (".csv", ".parquet")
# Raised when tables are converted in another way, so that old conversions are not used.
_CONVERSION = 1
_DECODER = msgspec.json.Decoder(dict[str, object])


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a dataset.

    Args:
        index: Its position in the samples that it was taken from, from 0.
        id: Its id.
        inputs: The fields that prompts may use.
        target: What is expected; None if the dataset has no targets.
        cluster: The name of its group; its id where no cluster is declared.
        line: Its line in the dataset's file, from 1.
        row: Every field of the row.
    """

    index: int
    id: str
    inputs: dict[str, object]
    target: object
    cluster: str
    line: int
    row: dict[str, object]

    @property
    def text(self) -> str:
        """All inputs as one text, one a line: what is compared when samples are compared."""
        return "\n".join(
            value if isinstance(value, str) else msgspec.json.encode(value).decode()
            for value in self.inputs.values()
        )


class Samples(Sequence[Sample]):
    """Samples in the order of their files. Rows stay on disk; a slice shares them.

    Args:
        spec: What the dataset declares.
        files: The rows of each file.
        picked: Numbers of the rows that belong, counted over all files; None for all.
    """

    def __init__(
        self, spec: DatasetSpec, files: Sequence[Rows], *, picked: NDArray[np.int64] | None = None
    ) -> None:
        self._spec = spec
        self._files = tuple(files)
        self._sources = tuple(_OpenFile(rows.path) for rows in files)
        self._ends = np.cumsum([len(rows.starts) for rows in files])
        self._picked = np.arange(self._ends[-1]) if picked is None else picked

    @property
    def spec(self) -> DatasetSpec:
        """What the dataset declares."""
        return self._spec

    @property
    def digest(self) -> Key:
        """SHA-256 of the content of all the dataset's files, whichever samples are picked."""
        digests = [rows.digest for rows in self._files]
        return digests[0] if len(digests) == 1 else digest(digests)

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of the splits that rows are in; empty if the dataset has none."""
        names = dict.fromkeys(name for rows in self._files for name in rows.split_names)
        return tuple(name for name in names if name)

    def only(self, split: str) -> Samples:
        """Returns the samples of one split.

        Raises:
            NotFoundError: the dataset has no such split.
            InputError: no row is in it.
        """
        if split not in self.splits:
            raise NotFoundError("split", split, self.splits, where=Place(self._files[0].shown))
        inside = np.concatenate([_in_split(rows, split) for rows in self._files])
        picked = self._picked[inside[self._picked]]
        if not len(picked):
            raise InputError(
                f"the split {split!r} of the dataset {self._spec.id!r} has no rows",
                where=Place(self._files[0].shown),
                fix="give it a larger share, or add rows",
            )
        return self._with(picked)

    def drawn(self) -> Samples:
        """Returns the same samples in an order drawn by chance, one cluster after another.

        The order follows from the names of the clusters and rows and from the dataset's seed, from
        nothing else: it is the same at each run, a row that is added puts no two others the other
        way round, and the first n samples are a random part that holds the first m < n.
        """
        keys = [_scattered(self.cluster_hashes(), self._spec.seed)]
        if self._spec.cluster:
            names = (name_hash(self.id(index)) for index in range(len(self)))
            own = np.fromiter(names, dtype=np.int64, count=len(self))
            keys.insert(0, _scattered(own, self._spec.seed))
        return self._with(self._picked[np.lexsort(keys)])

    def ids(self) -> list[str]:
        """Returns every sample's id, in order; no row is read."""
        return [self.id(index) for index in range(len(self))]

    def id(self, index: int) -> str:
        """Returns the id of one sample; its row is not read."""
        rows, number, _ = self._find(index)
        return row_id(rows.ids, rows.id_ends, number)

    def clusters(self) -> NDArray[np.int64]:
        """Returns each sample's cluster as a number from 0, by first appearance: shape (n,)."""
        if not len(self):
            return np.zeros(0, dtype=np.int64)
        hashes = np.concatenate([rows.clusters for rows in self._files])[self._picked]
        _, first, codes = np.unique(hashes, return_index=True, return_inverse=True)
        rank = np.empty(len(first), dtype=np.int64)
        rank[np.argsort(first)] = np.arange(len(first))
        return rank[codes]

    def cluster_hashes(self) -> NDArray[np.int64]:
        """Returns a number per sample, equal for equal cluster names: shape (n,)."""
        return np.concatenate([rows.clusters for rows in self._files])[self._picked]

    def targets(self) -> list[object]:
        """Returns every sample's target, in order; equal texts are one object."""
        seen: dict[str, str] = {}
        targets = (sample.target for sample in self)
        return [seen.setdefault(t, t) if isinstance(t, str) else t for t in targets]

    def place(self, index: int) -> Place:
        """Returns where a sample's row stands."""
        rows, number, _ = self._find(index)
        return Place(rows.shown, int(rows.lines[number]))

    def __len__(self) -> int:
        return len(self._picked)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> Samples: ...
    def __getitem__(self, index: int | slice) -> Sample | Samples:
        if isinstance(index, slice):
            return self._with(self._picked[index])
        if index < 0:
            index += len(self)
        rows, number, source = self._find(index)
        try:
            row = _DECODER.decode(source.read(int(rows.starts[number]), int(rows.lengths[number])))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise InputError(
                f"{rows.shown} was changed while it was in use",
                where=self.place(index),
                fix="run the command again",
            ) from error
        spec = self._spec
        name = row_id(rows.ids, rows.id_ends, number)
        return Sample(
            index=index,
            id=name,
            inputs={field: row.get(field) for field in spec.input},
            target=row.get(spec.target) if spec.target else None,
            cluster=str(row.get(spec.cluster)) if spec.cluster else name,
            line=int(rows.lines[number]),
            row=row,
        )

    def __iter__(self) -> Iterator[Sample]:
        return (self[index] for index in range(len(self)))

    def _find(self, index: int) -> tuple[Rows, int, _OpenFile]:
        if not 0 <= index < len(self._picked):
            raise IndexError(f"no sample {index} among {len(self._picked)}")
        number = int(self._picked[index])
        file = int(np.searchsorted(self._ends, number, side="right")) if len(self._files) > 1 else 0
        before = int(self._ends[file - 1]) if file else 0
        return self._files[file], number - before, self._sources[file]

    def _with(self, picked: NDArray[np.int64]) -> Samples:
        view = object.__new__(Samples)
        view._spec, view._files, view._sources = self._spec, self._files, self._sources
        view._ends, view._picked = self._ends, picked
        return view


class _OpenFile:
    """A file read at offsets by any thread. Not mapped: its pages would count as our memory."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        weakref.finalize(self, os.close, self._descriptor)

    def read(self, start: int, length: int) -> bytes:
        return os.pread(self._descriptor, length, start)


def read_samples(
    spec: DatasetSpec,
    *,
    root: Path,
    cache: Path,
    split: str | None = None,
    options: Iterable[str] = (),
) -> Samples:
    """Returns a dataset's samples, after every row has been checked.

    Args:
        spec: What the dataset declares.
        root: The folder that its files' paths are relative to; messages name files so too.
        cache: The folder that keeps converted tables, named by their content.
        split: The split that is wanted; None for all rows.
        options: The only targets that rows may have, for a choice; empty for any.

    Raises:
        WorkspaceError: rows or files are wrong: all problems, up to fifty, each with its line.
        NotFoundError: no such split.
        MissingExtraError: the files need an extra that is not installed.
    """
    problems = ProblemList()
    check_shares(spec, problems)
    problems.raise_any()
    named = spec.files or {"": spec.path}
    files: list[Rows] = []
    allowed = frozenset(options)
    with tempfile.TemporaryDirectory(prefix="roundtable-rows-") as scratch:
        for name, path in named.items():
            reader = _FileReader(spec, root=root, cache=cache, scratch=Path(scratch))
            rows = reader.read(path, split=name, options=allowed, problems=problems)
            if rows is not None:
                files.append(rows)
        problems.raise_any()
        samples = Samples(spec, [_kept(rows, cache, Path(scratch)) for rows in files])
    return samples if split is None else samples.only(split)


class _FileReader:
    """Reads one declared file of a dataset, converting it first if it is a table."""

    def __init__(self, spec: DatasetSpec, *, root: Path, cache: Path, scratch: Path) -> None:
        self._spec = spec
        self._root = root
        self._cache = cache
        self._scratch = scratch

    def read(
        self, path: str, *, split: str, options: frozenset[str], problems: ProblemList
    ) -> Rows | None:
        shown = PurePosixPath(path).as_posix()
        before = len(problems)
        try:
            lines, source_digest = self._lines(self._root / path, shown, problems)
            if lines is None or len(problems) > before:
                return None
            rows = scan(
                lines,
                self._spec,
                shown=shown,
                problems=problems,
                options=options,
                split=split,
                source_digest=source_digest,
            )
        except OSError as error:
            problems.add(
                f"the rows of the dataset {self._spec.id!r} cannot be read: {error.strerror}",
                at=Place(shown),
                fix="correct the path in the dataset's file, or put the file there",
            )
            return None
        if not len(rows.starts) and len(problems) == before:
            problems.add("the file has no rows", at=Place(shown, 1), fix="add rows to it")
        return rows

    def _lines(
        self, path: Path, shown: str, problems: ProblemList
    ) -> tuple[Path | None, Key | None]:
        suffix = path.suffix.lower()
        if suffix in LINES:
            return path, None
        if suffix not in TABLES:
            problems.add(
                f"rows cannot be read from a file of the kind {suffix or 'without a suffix'!r}",
                at=Place(shown),
                fix=f"use one of: {', '.join(LINES + TABLES)}",
            )
            return None, None
        source_digest = file_digest(path)
        name = f"{source_digest}-{_CONVERSION}.jsonl"
        if (kept := self._cache / name).exists():
            return kept, source_digest
        made = self._scratch / name
        with made.open("wb") as out:
            write_rows(path, out, shown=shown, problems=problems)
        return made, source_digest


def _kept(rows: Rows, cache: Path, scratch: Path) -> Rows:
    """Moves converted rows to the cache; only now, so that wrong files leave nothing behind."""
    if rows.path.parent != scratch:
        return rows
    cache.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=cache, suffix=".partial")
    os.close(handle)
    shutil.copyfile(rows.path, partial)
    target = cache / rows.path.name
    os.replace(partial, target)
    return msgspec.structs.replace(rows, path=target)


def _in_split(rows: Rows, split: str) -> NDArray[np.bool_]:
    if split not in rows.split_names:
        return np.zeros(len(rows.splits), dtype=np.bool_)
    inside: NDArray[np.bool_] = rows.splits == rows.split_names.index(split)
    return inside


def _scattered(hashes: NDArray[np.int64], seed: int) -> NDArray[np.uint64]:
    """Returns other hashes of the same names for each seed.

    Source: Steele, Lea and Flood 2014, Fast splittable pseudorandom number generators, figure 17
    (the mixing of SplitMix64).
    """
    z = hashes.view(np.uint64) + np.uint64((seed + 1) * 0x9E3779B97F4A7C15 % 2**64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)))
