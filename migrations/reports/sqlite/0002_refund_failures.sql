-- Refunds that went through and failed later. Their facts stay; they count nowhere.
CREATE TABLE refund_failure (
    order_id TEXT NOT NULL,
    refund_id TEXT NOT NULL,
    failed_at INTEGER NOT NULL,
    PRIMARY KEY (order_id, refund_id)
) STRICT, WITHOUT ROWID;
