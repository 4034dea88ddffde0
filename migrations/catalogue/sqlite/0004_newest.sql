-- Finds the newest products on sale without passing all others.
CREATE INDEX IF NOT EXISTS product_newest ON product (number) WHERE status = 'active';
