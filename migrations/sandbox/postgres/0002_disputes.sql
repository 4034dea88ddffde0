-- Disputes: one payment is disputed once at most.

CREATE TABLE dispute (
    id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    intent  TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES intent (id),
    charge  TEXT COLLATE "C" NOT NULL REFERENCES charge (id),
    created BIGINT NOT NULL,
    status  TEXT COLLATE "C" NOT NULL,
    amount  BIGINT NOT NULL CHECK (amount > 0),
    due     BIGINT,
    record  TEXT    NOT NULL
);
CREATE INDEX dispute_by_time ON dispute (created, id);
CREATE INDEX dispute_due ON dispute (due) WHERE due IS NOT NULL;

-- Charges are listed, too.
CREATE INDEX charge_by_time ON charge (created, id);
