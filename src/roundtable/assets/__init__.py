"""What the workspace's files name, as values with a version.

1. `read_samples` checks every row of a dataset and gives `Samples`, whose rows stay on disk.
2. `ExampleSelector` draws labelled examples for a sample, never the sample itself or one like it.
3. `leakage` names the rows that the evaluated split shares with the rows it draws from.
4. `snapshot` records the digest of every asset that a use case is made of.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.assets.dataset import DatasetSpec
    from roundtable.assets.examples import Chosen, ExampleSelector
    from roundtable.assets.leaks import leakage
    from roundtable.assets.pool import ExamplePool
    from roundtable.assets.samples import Sample, Samples, read_samples
    from roundtable.assets.versions import Asset, Version, snapshot

_PUBLIC = {
    "Asset": "versions",
    "Chosen": "examples",
    "DatasetSpec": "dataset",
    "ExamplePool": "pool",
    "ExampleSelector": "examples",
    "Sample": "samples",
    "Samples": "samples",
    "Version": "versions",
    "leakage": "leaks",
    "read_samples": "samples",
    "snapshot": "versions",
}
__all__ = [
    "Asset",
    "Chosen",
    "DatasetSpec",
    "ExamplePool",
    "ExampleSelector",
    "Sample",
    "Samples",
    "Version",
    "leakage",
    "read_samples",
    "snapshot",
]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)
