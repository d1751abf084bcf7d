"""Brings the tables up to date: numbered SQL files, each applied once, recorded by name."""

from __future__ import annotations

from importlib import resources

from roundtable.errors import MigrationNeeded
from roundtable.store.database import Database, Session, now, to_microseconds

_TABLE = "migrations"
_CREATE = f"CREATE TABLE IF NOT EXISTS {_TABLE} (name TEXT PRIMARY KEY, at_us BIGINT NOT NULL)"


def migrate(database: Database) -> None:
    """Applies what is not yet applied, in one transaction that other processes wait for.

    Raises:
        MigrationNeeded: a newer version has written to the store.
        StoreError: the database cannot be read or written.
    """
    scripts = _scripts(database.dialect)
    session = database.connect(writes=True)
    try:
        if _missing(database, session, scripts):
            session.begin()
            database.lock(session, "")
            session.execute(_CREATE)
            # Another process may have applied them while this one waited for the lock.
            for name in _missing(database, session, scripts):
                session.script(scripts[name])
                session.execute(
                    f"INSERT INTO {_TABLE} (name, at_us) VALUES (?, ?)",
                    (name, to_microseconds(now())),
                )
            session.commit()
    except database.errors as error:
        session.rollback()
        raise database.wrap(error) from error
    finally:
        session.close()


def _scripts(dialect: str) -> dict[str, str]:
    folder = resources.files("roundtable.store").joinpath("migrations", dialect)
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return {
        file.name.removesuffix(".sql"): file.read_text(encoding="utf-8")
        for file in files
        if file.name.endswith(".sql")
    }


def _missing(database: Database, session: Session, scripts: dict[str, str]) -> list[str]:
    if not database.has_table(session, _TABLE):
        return list(scripts)
    applied = {name for (name,) in session.execute(f"SELECT name FROM {_TABLE}")}
    newer = sorted(applied - scripts.keys())
    if newer:
        raise MigrationNeeded(
            f"the store was written by a newer version of Roundtable (it has {newer[-1]})",
            fix="upgrade Roundtable here, or name another store",
        )
    return [name for name in scripts if name not in applied]
