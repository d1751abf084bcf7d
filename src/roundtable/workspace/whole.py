"""A loaded workspace, and how its root is found."""

from __future__ import annotations

from pathlib import Path

import msgspec

from roundtable.errors import NotFoundError, UsageError
from roundtable.workspace.assets import Ancestor, Corpus, Dataset, Guard, Model, Policy, Recipe
from roundtable.workspace.overrides import Overrides
from roundtable.workspace.prompt import Prompt
from roundtable.workspace.settings import Settings
from roundtable.workspace.usecase import UseCase

MARK = "roundtable.toml"


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a workspace declares, checked and joined.

    Args:
        root: The folder that holds `roundtable.toml`.
        settings: What that file says.
        models: By id, as all that follow.
        datasets: Declarations only; no row is read.
        corpora: Documents to rest answers on.
        guards: Learned thresholds.
        recipes: Ways to tune.
        policies: Rules; their gates are merged into the use cases already.
        prompts: With the partials they include.
        usecases: Each with its policies merged.
        overrides: Files of decisions on clauses of licenses.
        ancestors: What others made and ours is made from.
    """

    root: Path
    settings: Settings
    models: dict[str, Model]
    datasets: dict[str, Dataset]
    corpora: dict[str, Corpus]
    guards: dict[str, Guard]
    recipes: dict[str, Recipe]
    policies: dict[str, Policy]
    prompts: dict[str, Prompt]
    usecases: dict[str, UseCase]
    overrides: dict[str, Overrides] = {}
    ancestors: dict[str, Ancestor] = {}

    def usecase(self, id: str) -> UseCase:
        """Returns the use case of that id.

        Raises:
            NotFoundError: there is none; it names those like it.
        """
        if id not in self.usecases:
            raise NotFoundError("usecase", id, self.usecases)
        return self.usecases[id]


def find_root(start: Path) -> Path:
    """Returns the nearest folder, from `start` upwards, that holds `roundtable.toml`.

    Raises:
        UsageError: there is none.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / MARK).is_file():
            return folder
    raise UsageError(
        f"no {MARK} in this folder or above it",
        fix="go into a workspace, give --workspace DIR, or start one with: roundtable init DIR",
    )
