-- Orders that name nobody any more. The row stays, so that nothing that arrives later brings the person back.
CREATE TABLE anonymised_order (
    order_id TEXT NOT NULL PRIMARY KEY,
    anonymised_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
