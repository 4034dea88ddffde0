-- Orders that name nobody any more. The row stays, so that nothing that arrives later brings the person back.
CREATE TABLE anonymised_order (
    order_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    anonymised_at BIGINT NOT NULL
);
