-- The payment sandbox: what Stripe would remember. `record` is the whole object as JSON; the columns beside it are what
-- is searched, and what the database itself watches over. What is ordered or looked up compares byte by byte, as in
-- SQLite.

CREATE TABLE intent (
    id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    created  BIGINT NOT NULL,
    status   TEXT COLLATE "C" NOT NULL,
    amount   BIGINT NOT NULL CHECK (amount > 0),
    received BIGINT NOT NULL CHECK (received IN (0, amount)),
    refunded BIGINT NOT NULL CHECK (refunded BETWEEN 0 AND received),
    currency TEXT COLLATE "C" NOT NULL,
    due      BIGINT,
    record   TEXT    NOT NULL
);
CREATE INDEX intent_by_time ON intent (created, id);
CREATE INDEX intent_due ON intent (due) WHERE due IS NOT NULL;

CREATE TABLE charge (
    id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    intent  TEXT COLLATE "C" NOT NULL REFERENCES intent (id),
    created BIGINT NOT NULL,
    record  TEXT    NOT NULL
);
CREATE INDEX charge_of_intent ON charge (intent);

CREATE TABLE refund (
    id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    intent  TEXT COLLATE "C" NOT NULL REFERENCES intent (id),
    created BIGINT NOT NULL,
    status  TEXT COLLATE "C" NOT NULL,
    amount  BIGINT NOT NULL CHECK (amount > 0),
    due     BIGINT,
    record  TEXT    NOT NULL
);
CREATE INDEX refund_by_time ON refund (created, id);
CREATE INDEX refund_of_intent ON refund (intent, created, id);
CREATE INDEX refund_due ON refund (due) WHERE due IS NOT NULL;

CREATE TABLE checkout_session (
    id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    intent  TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES intent (id),
    created BIGINT NOT NULL,
    due     BIGINT,
    record  TEXT    NOT NULL
);
CREATE INDEX checkout_session_due ON checkout_session (due) WHERE due IS NOT NULL;

-- Events as they are posted, byte for byte, and those of them that have not arrived yet.
CREATE TABLE webhook_event (
    id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    created BIGINT NOT NULL,
    type    TEXT COLLATE "C" NOT NULL,
    body    TEXT    NOT NULL
);
CREATE INDEX webhook_event_by_time ON webhook_event (created, id);

CREATE TABLE webhook_delivery (
    event    TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES webhook_event (id),
    since    BIGINT NOT NULL,
    due      BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    problem  TEXT
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (due);

-- Idempotency keys with the answer that was given first.
CREATE TABLE request_key (
    key     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    created BIGINT NOT NULL,
    path    TEXT COLLATE "C" NOT NULL,
    params  TEXT    NOT NULL,
    status  BIGINT NOT NULL,
    body    TEXT    NOT NULL
);
CREATE INDEX request_key_by_time ON request_key (created);
