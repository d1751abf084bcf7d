"""Which license the files at a path are under: the door to everything in this package."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from roundtable.errors import InputError, Place
from roundtable.licensing.identifying.file import identify_file
from roundtable.licensing.identifying.folder import identify_folder
from roundtable.licensing.identifying.types import Identification


def identify(path: Path | str) -> Sequence[Identification]:
    """Returns which license a file is; for a folder, what its files say together, then each.

    Args:
        path: A text, a source file, weights in GGUF or safetensors, or a folder.

    Raises:
        InputError: there is nothing at the path, or it cannot be read.
    """
    path = Path(path)
    if path.is_dir():
        return identify_folder(path)
    if not path.exists():
        raise InputError(
            "there is no such file or folder",
            where=Place(file=str(path)),
            fix="give the path of a license text, a source file, a model's weights or a folder",
        )
    if not path.is_file():
        raise InputError(
            "it is neither a file nor a folder", where=Place(file=str(path)), fix="give a file"
        )
    return [identify_file(path)]
