-- Refunds that went through and failed later. Their facts stay; they count nowhere.
CREATE TABLE refund_failure (
    order_id TEXT COLLATE "C" NOT NULL,
    refund_id TEXT COLLATE "C" NOT NULL,
    failed_at BIGINT NOT NULL,
    PRIMARY KEY (order_id, refund_id)
);
