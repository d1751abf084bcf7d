"""The packaged texts of licenses, to make other texts from."""

from roundtable.licensing.identifying.catalog import Reference, packaged


def reference_of(id: str) -> Reference:
    """The license's usual text."""
    catalog = packaged()
    entry = catalog.by_id[id.lower()]
    return next(r for r in catalog.references if r.entry is entry and r.text.file.endswith(".txt"))


def text_of(id: str) -> str:
    """The license's own text, blanks as published."""
    return packaged().template(reference_of(id)).words.text
