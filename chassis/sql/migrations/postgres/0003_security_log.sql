-- Who did what, from where and when, for whoever looks for misuse. Rows are only added, and go by their age.
CREATE TABLE security_log (
    id         TEXT   COLLATE "C" PRIMARY KEY,
    at         BIGINT NOT NULL,
    event      TEXT    NOT NULL,
    actor      TEXT   COLLATE "C",
    subject    TEXT    NOT NULL,
    address    TEXT    NOT NULL,
    agent      TEXT    NOT NULL,
    request_id TEXT    NOT NULL
);
CREATE INDEX security_log_at ON security_log (at);
CREATE INDEX security_log_actor ON security_log (actor) WHERE actor IS NOT NULL;
