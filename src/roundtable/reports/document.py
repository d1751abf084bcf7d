"""Templates to one HTML file with style and script inlined, written in one step."""

from __future__ import annotations

import json
import os
import tempfile
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from roundtable.errors import StoreError
from roundtable.reports.numbers import duration, label, moment, number, span
from roundtable.reports.texts import visible


def page(
    template: str, values: Mapping[str, object], *, style: str, first: str, script: str
) -> str:
    """Returns the page; its content policy allows its own style and script and nothing else.

    Args:
        template: Its file's name in `templates/`.
        values: What the template shows; all text is escaped, and what it hides is marked.
        style: The CSS file's name.
        first: Name of the JavaScript file that runs before anything is shown.
        script: Name of the JavaScript file that runs when all is there.
    """
    environment = Environment(
        loader=PackageLoader("roundtable.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": number,
        "moment": moment,
        "span": span,
        "duration": duration,
        "label": label,
    }
    css, js_first, js = _own(style), _own(first), _own(script)
    policy = (
        f"default-src 'none'; style-src '{_hash(css)}';"
        f" script-src '{_hash(js_first)}' '{_hash(js)}'; base-uri 'none'; form-action 'none'"
    )
    return environment.get_template(template).render(
        **values, css=Markup(css), js_first=Markup(js_first), js=Markup(js), policy=Markup(policy)
    )


def _visible(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def as_data(value: object) -> Markup:
    """Returns JSON that may stand in a script element whatever text it holds."""
    # Python's own encoder: it alone writes lone surrogates, which come out of a model's JSON.
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    # No text can then end the element or open a comment in it.
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def write_page(text: str, path: Path) -> Path:
    """Writes the file in one step: a reader sees the old one or the new one, never a part.

    Raises:
        StoreError: The file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".new-", suffix=".html", dir=path.parent)
        try:
            # No encoding has lone surrogates either.
            with open(handle, "wb") as file:
                file.write(text.encode("utf-8", "replace"))
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as error:
        raise StoreError(
            f"the report cannot be written to {path}: {error.strerror}",
            fix="check that the folder exists, can be written to and has space",
        ) from error
    return path


def _own(name: str) -> str:
    return (files("roundtable.reports") / "templates" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
