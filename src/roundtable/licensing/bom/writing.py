"""A bill to the text of a document, named by its content."""

from __future__ import annotations

import os
import uuid
from datetime import UTC, datetime
from importlib import metadata
from typing import Literal, get_args

from roundtable.digest import digest
from roundtable.errors import InputError, MissingExtraError, NotFoundError, Place
from roundtable.licensing.bom.bill import Bill, ordered

Format = Literal["cyclonedx", "spdx"]
FORMATS: tuple[Format, ...] = get_args(Format)
_SPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "bill-of-materials.roundtable")


def write_bill(bill: Bill, format: Format, *, created: datetime | None = None) -> str:
    """Returns the bill as a document; but for its time, the same bill gives the same text.

    Args:
        bill: What to write.
        format: `cyclonedx` for CycloneDX 1.6, `spdx` for SPDX 3.0.1.
        created: The time that it bears; None: `moment()`.

    Raises:
        NotFoundError: there is no such format.
        InputError: `SOURCE_DATE_EPOCH` is set and is no time.
        MissingExtraError: the formats' libraries are not installed.
    """
    if format not in FORMATS:
        raise NotFoundError("format", format, FORMATS)
    bill = ordered(bill)
    key = uuid.uuid5(_SPACE, digest(bill))
    created, tool = created or moment(), metadata.version("roundtable-llm")
    try:
        if format == "spdx":
            from roundtable.licensing.bom.spdx import write_spdx

            return write_spdx(bill, key=key, created=created, tool=tool)
        from roundtable.licensing.bom.cyclonedx import write_cyclonedx

        return write_cyclonedx(bill, key=key, created=created, tool=tool)
    except ModuleNotFoundError as error:
        raise MissingExtraError("a bill of materials", "bom") from error


def moment() -> datetime:
    """Returns the time that a document bears: `SOURCE_DATE_EPOCH` if it is set, else now.

    Raises:
        InputError: it is set and is no time.

    Source: reproducible-builds.org, SOURCE_DATE_EPOCH specification 1.1.
    """
    set_to = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not set_to:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return datetime.fromtimestamp(int(set_to), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InputError(
            f"SOURCE_DATE_EPOCH is {set_to!r}, which is no time",
            where=Place(field="SOURCE_DATE_EPOCH"),
            fix="set it to whole seconds since 1970, or unset it",
        ) from error
