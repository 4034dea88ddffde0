-- Where a product of the price list is found: its name in addresses and that of its first picture. Absent until the
-- catalogue speaks of it again.
ALTER TABLE price_list ADD COLUMN handle TEXT;
ALTER TABLE price_list ADD COLUMN image TEXT;
