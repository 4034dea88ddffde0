-- The outbox: every fact that the context has published, in commit order. It is also the archive that replays read.
CREATE TABLE outbox (
    position    INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT    NOT NULL UNIQUE,
    event_type  TEXT    NOT NULL,
    subject     TEXT    NOT NULL,
    sequence    INTEGER NOT NULL,
    envelope    TEXT    NOT NULL,
    recorded_at INTEGER NOT NULL,
    UNIQUE (subject, sequence)
) STRICT;

-- How far each destination has been served, and how often a replay has set it back to the start.
CREATE TABLE outbox_progress (
    destination TEXT    PRIMARY KEY,
    position    INTEGER NOT NULL,
    rewound     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- The inbox: messages for the context's consumers, its own tasks among them. A settled row keeps its key, so that the
-- same message is never handled twice.
CREATE TABLE inbox (
    position    INTEGER PRIMARY KEY AUTOINCREMENT,
    consumer    TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    lane        TEXT    NOT NULL,
    status      TEXT    NOT NULL CHECK (status IN ('open', 'dead', 'handled', 'discarded')),
    attempts    INTEGER NOT NULL DEFAULT 0,
    due_at      INTEGER NOT NULL,
    lease       TEXT,
    lease_until INTEGER,
    envelope    TEXT    NOT NULL,
    code        TEXT,
    error       TEXT,
    failed_at   INTEGER,
    received_at INTEGER NOT NULL,
    settled_at  INTEGER,
    UNIQUE (consumer, id)
) STRICT;
CREATE INDEX inbox_unsettled ON inbox (consumer, position) WHERE settled_at IS NULL;
CREATE INDEX inbox_lane ON inbox (consumer, lane, position) WHERE settled_at IS NULL;
CREATE INDEX inbox_dead ON inbox (failed_at) WHERE status = 'dead';

-- A consumer that is being rebuilt: its tables are empty and the archive is still to be fed to it.
CREATE TABLE replay (
    consumer   TEXT PRIMARY KEY,
    started_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
