-- The same as on SQLite: what is sold and not sent follows from shipping orders, whichever version writes them.
ALTER TABLE stock_item ADD COLUMN derived_committed BIGINT NOT NULL DEFAULT 0 CHECK (derived_committed >= 0);

-- Adds what an open shipping order takes from shelves, or takes it away again. Whoever writes a shipping order holds the
-- locks of its shelves, so this waits for nobody.
CREATE FUNCTION follow_shipping_order() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $follow$
BEGIN
    -- What counts now comes before what counted then goes: the sum never dips below nothing.
    IF NEW.state = 'pending' THEN
        UPDATE stock_item SET derived_committed = derived_committed + open_item.units FROM (
            SELECT value ->> 'sku' AS sku, CAST(SUM(CAST(value ->> 'units' AS BIGINT)) AS BIGINT) AS units
            FROM jsonb_array_elements(CAST(NEW.items AS jsonb)) AS item (value)
            WHERE value ->> 'from_stock' = 'true' AND value ->> 'status' <> 'processed'
            GROUP BY value ->> 'sku') AS open_item
        WHERE stock_item.sku = open_item.sku;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'pending' THEN
        UPDATE stock_item SET derived_committed = derived_committed - open_item.units FROM (
            SELECT value ->> 'sku' AS sku, CAST(SUM(CAST(value ->> 'units' AS BIGINT)) AS BIGINT) AS units
            FROM jsonb_array_elements(CAST(OLD.items AS jsonb)) AS item (value)
            WHERE value ->> 'from_stock' = 'true' AND value ->> 'status' <> 'processed'
            GROUP BY value ->> 'sku') AS open_item
        WHERE stock_item.sku = open_item.sku;
    END IF;
    RETURN NULL;
END
$follow$;

-- The locks of the triggers keep writers out from here to the commit, so nothing comes between them and the first sum.
CREATE TRIGGER shipping_order_opened AFTER INSERT ON shipping_order
    FOR EACH ROW EXECUTE FUNCTION follow_shipping_order();
CREATE TRIGGER shipping_order_moved AFTER UPDATE OF state, items ON shipping_order
    FOR EACH ROW EXECUTE FUNCTION follow_shipping_order();

UPDATE stock_item SET derived_committed = open_item.units FROM (
    SELECT value ->> 'sku' AS sku, CAST(SUM(CAST(value ->> 'units' AS BIGINT)) AS BIGINT) AS units
    FROM shipping_order, jsonb_array_elements(CAST(shipping_order.items AS jsonb)) AS item (value)
    WHERE shipping_order.state = 'pending' AND value ->> 'from_stock' = 'true' AND value ->> 'status' <> 'processed'
    GROUP BY value ->> 'sku') AS open_item
WHERE stock_item.sku = open_item.sku;

-- The version before counts a sold thing off the shelf at once and says nothing of what is committed.
ALTER TABLE stock_movement ADD COLUMN committed_delta BIGINT;
-- What staff wrote, who it was (the account, and what to call them), and the key of the request.
ALTER TABLE stock_movement ADD COLUMN note TEXT;
ALTER TABLE stock_movement ADD COLUMN made_by TEXT;
ALTER TABLE stock_movement ADD COLUMN made_by_name TEXT;
ALTER TABLE stock_movement ADD COLUMN request TEXT;
CREATE UNIQUE INDEX stock_movement_request ON stock_movement (sku, request) WHERE request IS NOT NULL;

-- What the order was paid with, and what of it went back, so that whoever packs knows. Minor units of its currency; empty
-- where the version before wrote.
ALTER TABLE shipping_order ADD COLUMN gross_minor BIGINT;
CREATE TABLE order_refund (
    order_id     TEXT COLLATE "C" NOT NULL,
    refund_id    TEXT COLLATE "C" NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
    failed       BIGINT NOT NULL CHECK (failed IN (0, 1)),
    PRIMARY KEY (order_id, refund_id)
);
