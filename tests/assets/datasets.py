"""Small datasets as tests write them."""

import json
from collections.abc import Sequence
from pathlib import Path

from roundtable.assets.dataset import DatasetSpec
from roundtable.assets.samples import Samples, read_samples


def dataset(
    folder: Path, rows: Sequence[dict[str, object]], *, id: str = "pool", cluster: str = ""
) -> Samples:
    name = f"{id}-{len(list(folder.iterdir()))}.jsonl"
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    declared = DatasetSpec(id=id, path=name, input=("text",), target="label", cluster=cluster)
    return read_samples(declared, root=folder, cache=folder)
