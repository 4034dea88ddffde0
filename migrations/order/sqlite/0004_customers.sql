-- Which accounts there are, and since when erased ones are. Rows stay, so that nothing that arrives later brings a person
-- back; an id names nobody.
CREATE TABLE known_customer (
    customer_id TEXT NOT NULL PRIMARY KEY,
    erased_at INTEGER
) STRICT, WITHOUT ROWID;

-- Since when an order names nobody any more.
ALTER TABLE orders ADD COLUMN anonymised_at INTEGER;

-- What an imported order calls its buyer, to find it by: the name in small letters, and the former shop's number.
ALTER TABLE orders ADD COLUMN buyer_name TEXT;
ALTER TABLE orders ADD COLUMN buyer_reference TEXT;
UPDATE orders SET buyer_name = lower(json_extract(frozen, '$.buyer.name')), buyer_reference = json_extract(frozen, '$.buyer.reference')
    WHERE customer_id IS NULL AND email IS NULL OR json_extract(frozen, '$.buyer.reference') IS NOT NULL;
CREATE INDEX orders_by_buyer_name ON orders (buyer_name) WHERE buyer_name IS NOT NULL;
CREATE INDEX orders_by_buyer_reference ON orders (buyer_reference) WHERE buyer_reference IS NOT NULL;
