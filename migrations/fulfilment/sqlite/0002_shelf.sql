-- What lies on a shelf is what is not sold yet (on_hand, as before) and what is sold and not sent. The latter follows from
-- shipping orders, so that it is right whichever version of the program writes them. Nobody else writes it.
ALTER TABLE stock_item ADD COLUMN derived_committed INTEGER NOT NULL DEFAULT 0 CHECK (derived_committed >= 0);

UPDATE stock_item SET derived_committed = (
    SELECT COALESCE(SUM(json_extract(item.value, '$.units')), 0)
    FROM shipping_order, json_each(shipping_order.items) AS item
    WHERE shipping_order.state = 'pending' AND json_extract(item.value, '$.sku') = stock_item.sku
        AND json_extract(item.value, '$.from_stock') = 1 AND json_extract(item.value, '$.status') <> 'processed');

CREATE TRIGGER shipping_order_opened AFTER INSERT ON shipping_order WHEN NEW.state = 'pending' BEGIN
    UPDATE stock_item SET derived_committed = derived_committed + open_item.units FROM (
        SELECT json_extract(value, '$.sku') AS sku, SUM(json_extract(value, '$.units')) AS units FROM json_each(NEW.items)
        WHERE json_extract(value, '$.from_stock') = 1 AND json_extract(value, '$.status') <> 'processed'
        GROUP BY json_extract(value, '$.sku')) AS open_item
    WHERE stock_item.sku = open_item.sku;
END;

-- What counts now comes before what counted then goes: the sum never dips below nothing.
CREATE TRIGGER shipping_order_moved AFTER UPDATE OF state, items ON shipping_order BEGIN
    UPDATE stock_item SET derived_committed = derived_committed + open_item.units FROM (
        SELECT json_extract(value, '$.sku') AS sku, SUM(json_extract(value, '$.units')) AS units FROM json_each(NEW.items)
        WHERE NEW.state = 'pending'
            AND json_extract(value, '$.from_stock') = 1 AND json_extract(value, '$.status') <> 'processed'
        GROUP BY json_extract(value, '$.sku')) AS open_item
    WHERE stock_item.sku = open_item.sku;
    UPDATE stock_item SET derived_committed = derived_committed - open_item.units FROM (
        SELECT json_extract(value, '$.sku') AS sku, SUM(json_extract(value, '$.units')) AS units FROM json_each(OLD.items)
        WHERE OLD.state = 'pending'
            AND json_extract(value, '$.from_stock') = 1 AND json_extract(value, '$.status') <> 'processed'
        GROUP BY json_extract(value, '$.sku')) AS open_item
    WHERE stock_item.sku = open_item.sku;
END;

-- The version before counts a sold thing off the shelf at once and says nothing of what is committed.
ALTER TABLE stock_movement ADD COLUMN committed_delta INTEGER;
-- What staff wrote, who it was (the account, and what to call them), and the key of the request.
ALTER TABLE stock_movement ADD COLUMN note TEXT;
ALTER TABLE stock_movement ADD COLUMN made_by TEXT;
ALTER TABLE stock_movement ADD COLUMN made_by_name TEXT;
ALTER TABLE stock_movement ADD COLUMN request TEXT;
CREATE UNIQUE INDEX stock_movement_request ON stock_movement (sku, request) WHERE request IS NOT NULL;

-- What the order was paid with, and what of it went back, so that whoever packs knows. Minor units of its currency; empty
-- where the version before wrote.
ALTER TABLE shipping_order ADD COLUMN gross_minor INTEGER;
CREATE TABLE order_refund (
    order_id     TEXT NOT NULL,
    refund_id    TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    failed       INTEGER NOT NULL CHECK (failed IN (0, 1)),
    PRIMARY KEY (order_id, refund_id)
) STRICT, WITHOUT ROWID;
