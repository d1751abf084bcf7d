-- Short columns stand before values, so that a scan of the short ones never reads the values' pages.
-- Times are microseconds since 1970-01-01 UTC. Ordinary rowid tables: values in WITHOUT ROWID tables
-- measured 5 times slower to insert.

CREATE TABLE calls (
    id          INTEGER PRIMARY KEY,
    key         TEXT    NOT NULL,
    fresh       TEXT    NOT NULL,
    run         TEXT    NOT NULL,
    provider    TEXT    NOT NULL,
    endpoint    TEXT    NOT NULL,
    model       TEXT    NOT NULL,
    usd         REAL    NOT NULL,
    asked_at_us INTEGER NOT NULL,
    latency_ms  REAL    NOT NULL,
    attempts    INTEGER NOT NULL,
    response    BLOB    NOT NULL,
    request     BLOB    NOT NULL
);
CREATE INDEX calls_by_key ON calls (key, fresh);
CREATE INDEX calls_by_run ON calls (run, usd);

CREATE TABLE charges (
    id     INTEGER PRIMARY KEY,
    run    TEXT    NOT NULL,
    usd    REAL    NOT NULL,
    reason TEXT    NOT NULL,
    at_us  INTEGER NOT NULL
);
CREATE INDEX charges_by_run ON charges (run, usd);

CREATE TABLE runs (
    id             TEXT    NOT NULL PRIMARY KEY,
    key            TEXT    NOT NULL,
    usecase        TEXT    NOT NULL,
    state          TEXT    NOT NULL CHECK (state IN ('running', 'stopped', 'finished')),
    started_at_us  INTEGER NOT NULL,
    finished_at_us INTEGER,
    report         TEXT    NOT NULL,
    summary        BLOB    NOT NULL,
    inputs         BLOB    NOT NULL
);
CREATE INDEX runs_by_key ON runs (key, id);

CREATE TABLE results (
    candidate TEXT    NOT NULL,
    position  INTEGER NOT NULL,
    result    BLOB    NOT NULL,
    PRIMARY KEY (candidate, position)
);

CREATE TABLE candidates (
    key     TEXT    NOT NULL PRIMARY KEY,
    at_us   INTEGER NOT NULL,
    summary BLOB    NOT NULL
);

CREATE TABLE versions (
    id       INTEGER PRIMARY KEY,
    asset    TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    digest   TEXT    NOT NULL,
    at_us    INTEGER NOT NULL,
    semantic BLOB    NOT NULL,
    UNIQUE (asset, digest)
);
CREATE INDEX versions_by_digest ON versions (digest);

CREATE TABLE edges (
    child    TEXT NOT NULL,
    parent   TEXT NOT NULL,
    relation TEXT NOT NULL,
    PRIMARY KEY (child, parent, relation)
);
CREATE INDEX edges_by_parent ON edges (parent);

CREATE TABLE ledger (
    position INTEGER NOT NULL PRIMARY KEY,
    kind     TEXT    NOT NULL,
    author   TEXT    NOT NULL,
    at_us    INTEGER NOT NULL,
    previous TEXT    NOT NULL UNIQUE,
    hash     TEXT    NOT NULL,
    payload  BLOB    NOT NULL
);
