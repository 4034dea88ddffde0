-- Disputes: one payment is disputed once at most.

CREATE TABLE dispute (
    id      TEXT    NOT NULL PRIMARY KEY,
    intent  TEXT    NOT NULL UNIQUE REFERENCES intent (id),
    charge  TEXT    NOT NULL REFERENCES charge (id),
    created INTEGER NOT NULL,
    status  TEXT    NOT NULL,
    amount  INTEGER NOT NULL CHECK (amount > 0),
    due     INTEGER,
    record  TEXT    NOT NULL
) STRICT;
CREATE INDEX dispute_by_time ON dispute (created, id);
CREATE INDEX dispute_due ON dispute (due) WHERE due IS NOT NULL;

-- Charges are listed, too.
CREATE INDEX charge_by_time ON charge (created, id);
