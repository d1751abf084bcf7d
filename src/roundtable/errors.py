"""The one hierarchy of failures.

```
RoundtableError
├─ InputError (2)       WorkspaceError · NotFoundError · UsageError · PluginError
│                       MissingExtraError
├─ ProviderError (3)    AuthError · RateLimitError · RequestError · ServerError
│                       ConnectionFailed · ResponseError
├─ StoreError (3)       MigrationNeeded · ConflictError
├─ BudgetError (3)
└─ ConstraintError      inside a pipeline only; becomes a SampleError
```

Every error says what is wrong, where, and how to mend it; its class fixes the exit code. Messages
hold neither secrets nor prompt text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import ClassVar, Literal

import msgspec


class Place(msgspec.Struct, frozen=True):
    """Where a problem is: a file, a line in it (from 1) and a dotted field."""

    file: str = ""
    line: int | None = None
    field: str = ""

    def __str__(self) -> str:
        at = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (at, self.field) if part)


class Problem(msgspec.Struct, frozen=True):
    """One thing wrong with an input, with its place and its remedy."""

    place: Place
    message: str
    fix: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}\n  fix: {self.fix}"


class RoundtableError(Exception):
    """A job could not be done.

    Args:
        what: One sentence: what is wrong.
        where: The file, line and field, or None where there is none.
        fix: One sentence: what to do about it.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, what: str, *, where: Place | None = None, fix: str) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        lines = [self.what, str(self.where) if self.where else "", f"fix: {self.fix}"]
        return "\n".join(line for line in lines if line)


class InputError(RoundtableError):
    """What a person gave is wrong; nothing was changed or spent."""

    exit_code = 2


class WorkspaceError(InputError):
    """One or more files of a workspace are wrong: all of the problems at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        first = self.problems[0]
        count = len(self.problems)
        what = first.message if count == 1 else f"{count} problems in the workspace"
        super().__init__(what, where=first.place, fix=first.fix)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class NotFoundError(InputError):
    """A name that nothing has; `nearest` are names like it.

    Args:
        kind: What was looked for: `usecase`, `metric`.
        name: The name given.
        known: All names there are.
        where: Where the name stands.
    """

    def __init__(
        self, kind: str, name: str, known: Iterable[str], *, where: Place | None = None
    ) -> None:
        names = sorted(known)
        self.nearest: tuple[str, ...] = tuple(get_close_matches(name, names, n=3, cutoff=0.5))
        if self.nearest:
            fix = f"did you mean {' or '.join(repr(n) for n in self.nearest)}?"
        elif names:
            shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
            fix = f"use one of: {shown}"
        else:
            fix = f"there is no {kind} yet: add one"
        super().__init__(f"no {kind} is called {name!r}", where=where, fix=fix)


class UsageError(InputError):
    """A command or function was called in a way that cannot work."""


class PluginError(InputError):
    """A plug-in cannot be imported, or its options do not fit."""


class MissingExtraError(InputError):
    """A feature needs an optional part that is not installed.

    Args:
        feature: What was asked for.
        extra: The extra that brings it, such as `embedded`.
    """

    def __init__(self, feature: str, extra: str, *, pip: str = "") -> None:
        line = pip or f"pip install 'roundtable-llm[{extra}]'"
        super().__init__(f"{feature} needs the extra `{extra}`", fix=line)


class ProviderError(RoundtableError):
    """A provider, or the way to it, failed.

    Args:
        what: One sentence.
        provider: The connector's name.
        status: The HTTP status, if one came.
        request_id: The provider's id of the call, if one came.
        retry_after_s: How long the provider asked to wait.
        billed: `no` if the call cannot have cost anything, `maybe` if the provider may have worked.
    """

    retryable: ClassVar[bool] = False

    def __init__(
        self,
        what: str,
        *,
        provider: str = "",
        status: int | None = None,
        request_id: str = "",
        retry_after_s: float | None = None,
        billed: Literal["no", "maybe"] = "no",
        where: Place | None = None,
        fix: str = "run the same command again to go on",
    ) -> None:
        super().__init__(what, where=where, fix=fix)
        self.provider = provider
        self.status = status
        self.request_id = request_id
        self.retry_after_s = retry_after_s
        self.billed = billed


class AuthError(ProviderError):
    """The key is missing or wrong (HTTP 401, 403): asking again will not help."""


class RateLimitError(ProviderError):
    """Too many calls (HTTP 429, 529)."""

    retryable = True


class RequestError(ProviderError):
    """The provider refuses this request (other HTTP 4xx)."""


class ServerError(ProviderError):
    """The provider failed (HTTP 5xx)."""

    retryable = True


class ConnectionFailed(ProviderError):
    """No connection, a reset one, or a time-out."""

    retryable = True


class ResponseError(ProviderError):
    """What came back is cut or malformed."""

    retryable = True


class StoreError(RoundtableError):
    """The store cannot be read or written."""


class MigrationNeeded(StoreError):
    """The store was written by another version."""


class ConflictError(StoreError):
    """Two writers disagree."""


class BudgetError(RoundtableError):
    """The next call could pass the budget; what was paid is kept.

    Args:
        reserved_usd: What was spent or reserved when the call was refused.
        limit_usd: The limit.
    """

    def __init__(self, what: str, *, reserved_usd: float, limit_usd: float, fix: str) -> None:
        super().__init__(what, fix=fix)
        self.reserved_usd = reserved_usd
        self.limit_usd = limit_usd


class ConstraintError(RoundtableError):
    """An answer does not lie in its output space; the pipeline asks once more, then gives up."""

    def __init__(self, what: str, *, fix: str = "answer in the required form") -> None:
        super().__init__(what, fix=fix)


def problems_of(error: InputError) -> Sequence[Problem]:
    """Returns the error as problems: its own list, or itself as the only one."""
    if isinstance(error, WorkspaceError):
        return error.problems
    return (Problem(error.where or Place(), error.what, error.fix),)
