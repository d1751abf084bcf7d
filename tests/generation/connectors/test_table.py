import subprocess
import sys

import pytest

from roundtable import plugins
from roundtable.conformance import check_connector
from roundtable.generation.connectors.table import CONNECTORS
from servers.provider import Provider


@pytest.mark.parametrize("name", sorted(CONNECTORS))
def test_every_name_stands_for_a_connector(name: str) -> None:
    found = plugins.find("connectors", name, builtin=CONNECTORS)
    assert callable(found.complete)
    assert isinstance(found.enforces, property)


@pytest.mark.parametrize("name", ["openai", "openai-responses", "anthropic", "gemini"])
def test_every_hosted_connector_does_what_a_run_asks_of_it(name: str, provider: Provider) -> None:
    found = plugins.find("connectors", name, builtin=CONNECTORS)
    check_connector(found(base_url=provider.openai_url), model="m")
    # One plain question, four at once, one for each output space, one streamed.
    assert provider.stats.answered == 8


def test_the_table_costs_no_import_of_a_connector() -> None:
    code = (
        "import sys, roundtable.generation.connectors as c; c.CONNECTORS;"
        "print([m for m in ('aiohttp', 'asyncio', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
