"""What a dataset declares about its rows, how they are split, and what is wrong with them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from roundtable.errors import Place, Problem, WorkspaceError

MAX_PROBLEMS = 50


class DatasetSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What a dataset's file declares, as far as its rows are concerned.

    Args:
        id: The dataset's id.
        input: The fields that prompts may use; at least one.
        path: The rows' file, relative to the folder that the reader is given.
        files: Split name to file, instead of `path`.
        target: The field that holds what is expected; empty if there is none.
        cluster: The field that rows which are not independent share; empty if all are independent.
        split: The field that names a row's split; empty if none does.
        splits: Split name to its share, for splits made from a hash; the shares sum to 1.
        seed: Of that hash.
    """

    id: str
    input: tuple[str, ...]
    path: str = ""
    files: Mapping[str, str] = {}
    target: str = ""
    cluster: str = ""
    split: str = ""
    splits: Mapping[str, float] = {}
    seed: int = 0


class ProblemList:
    """Gathers problems; keeps the first fifty and counts the rest."""

    def __init__(self) -> None:
        self._kept: list[Problem] = []
        self._n = 0

    def __len__(self) -> int:
        return self._n

    def add(self, message: str, *, at: Place, fix: str) -> None:
        """Adds one problem."""
        self._n += 1
        if len(self._kept) < MAX_PROBLEMS:
            self._kept.append(Problem(at, message, fix))

    def raise_any(self) -> None:
        """Raises all problems as one WorkspaceError, if there are any."""
        if not self._n:
            return
        problems = list(self._kept)
        if more := self._n - len(problems):
            last = problems[-1]
            message = f"and {more} more problem{'s' if more > 1 else ''}"
            problems.append(Problem(Place(last.place.file), message, "mend those above first"))
        raise WorkspaceError(problems)


def split_number(group: str, bounds: list[float], *, seed: int) -> int:
    """Returns which split a group of rows belongs to, from its name alone.

    So a row stays where it is when rows are added, removed or put in another order.

    Args:
        group: The rows' cluster, or the row's id.
        bounds: The cumulative shares of the splits, rising to 1.
        seed: Another seed gives another, independent split.
    """
    hashed = hashlib.blake2b(f"{seed}:{group}".encode(), digest_size=8).digest()
    share = int.from_bytes(hashed) / 2**64
    for number, bound in enumerate(bounds):
        if share < bound:
            return number
    return len(bounds) - 1


def check_shares(spec: DatasetSpec, problems: ProblemList) -> None:
    """Adds a problem if the made splits are no partition of the rows."""
    shares = list(spec.splits.values())
    if shares and (min(shares) <= 0 or abs(sum(shares) - 1) > 1e-6):
        problems.add(
            "the shares of the splits must be above 0 and sum to 1",
            at=Place(f"datasets/{spec.id}.toml", field="splits"),
            fix="write shares such as { train = 0.8, test = 0.2 }",
        )
