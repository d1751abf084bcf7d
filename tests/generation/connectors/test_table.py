import subprocess
import sys

import pytest

from roundtable import plugins
from roundtable.generation.connectors.table import CONNECTORS


@pytest.mark.parametrize("name", sorted(CONNECTORS))
def test_every_name_stands_for_a_connector(name: str) -> None:
    found = plugins.find("connectors", name, builtin=CONNECTORS)
    assert callable(found.complete)
    assert isinstance(found.enforces, property)


def test_the_table_costs_no_import_of_a_connector() -> None:
    code = (
        "import sys, roundtable.generation.connectors as c; c.CONNECTORS;"
        "print([m for m in ('aiohttp', 'asyncio', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
