-- Shelves. The checks are the last line of defence of "never oversold".
CREATE TABLE stock_item (
    sku      TEXT    NOT NULL PRIMARY KEY,
    on_hand  INTEGER NOT NULL CHECK (on_hand >= 0),
    reserved INTEGER NOT NULL CHECK (reserved >= 0),
    CHECK (reserved <= on_hand)
) STRICT, WITHOUT ROWID;

-- Every change of a shelf; for each SKU they add up to its present numbers. Rows are never changed.
CREATE TABLE stock_movement (
    position       INTEGER PRIMARY KEY AUTOINCREMENT,
    sku            TEXT    NOT NULL,
    on_hand_delta  INTEGER NOT NULL,
    reserved_delta INTEGER NOT NULL,
    reason         TEXT    NOT NULL,
    reference      TEXT    NOT NULL,
    moved_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX stock_movement_sku ON stock_movement (sku, position);

-- Imported counts that have had their effect.
CREATE TABLE stock_count (
    import_id TEXT    NOT NULL,
    sku       TEXT    NOT NULL,
    on_hand   INTEGER NOT NULL,
    PRIMARY KEY (import_id, sku)
) STRICT, WITHOUT ROWID;

-- What each order holds, or what became of it. Rows stay, so that late messages find them.
CREATE TABLE reservation (
    order_id   TEXT    NOT NULL PRIMARY KEY,
    state      TEXT    NOT NULL CHECK (state IN ('held', 'refused', 'ended', 'replaced', 'lapsed', 'taken')),
    holds      TEXT    NOT NULL,
    held_until INTEGER,
    CHECK ((state = 'held') = (held_until IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX reservation_held ON reservation (held_until) WHERE state = 'held';

-- What has to leave the house. work_rank and work_order sort the work list: pending oldest first, then done newest first.
CREATE TABLE shipping_order (
    order_id   TEXT    NOT NULL PRIMARY KEY,
    number     TEXT    NOT NULL,
    email      TEXT    NOT NULL,
    address    TEXT,
    items      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('pending', 'processed', 'cancelled')),
    closed_at  INTEGER,
    work_rank  INTEGER NOT NULL,
    work_order INTEGER NOT NULL,
    CHECK ((state = 'pending') = (closed_at IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX shipping_order_work ON shipping_order (work_rank, work_order, order_id);

-- Items that wait for a file that nobody has uploaded.
CREATE TABLE waiting_item (
    sku      TEXT NOT NULL,
    order_id TEXT NOT NULL,
    PRIMARY KEY (sku, order_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX waiting_item_order ON waiting_item (order_id);

-- The local copy of what the catalogue sells.
CREATE TABLE product (
    sku        TEXT NOT NULL PRIMARY KEY,
    product_id TEXT NOT NULL,
    title      TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('physical', 'digital'))
) STRICT, WITHOUT ROWID;
CREATE INDEX product_product ON product (product_id);

-- Files that are sold.
CREATE TABLE digital_file (
    sku          TEXT    NOT NULL PRIMARY KEY,
    name         TEXT    NOT NULL,
    content_type TEXT    NOT NULL,
    content      BLOB    NOT NULL,
    uploaded_at  INTEGER NOT NULL
) STRICT;

-- Who may fetch which file. Tokens are kept as they are: whoever can read this table can read the files beside it.
CREATE TABLE download (
    order_id    TEXT    NOT NULL,
    sku         TEXT    NOT NULL,
    token       TEXT    NOT NULL UNIQUE,
    valid_until INTEGER NOT NULL,
    PRIMARY KEY (order_id, sku)
) STRICT;
