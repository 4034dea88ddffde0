-- What came and what went back, so that the database keeps refunds within payments. Absent where an older version has
-- entered running totals of refunds, until the provider's own records take their place.
ALTER TABLE orders ADD COLUMN captured_minor BIGINT;
ALTER TABLE orders ADD COLUMN refunded_minor BIGINT CHECK (refunded_minor IS NULL OR refunded_minor <= captured_minor);

-- Up to which order the timer has compared our books with the provider's.
CREATE TABLE reconciliation (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    placed_at BIGINT NOT NULL,
    order_id TEXT
);
