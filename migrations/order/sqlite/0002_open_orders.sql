-- Counts, as somebody orders, how many of his orders still wait to be paid.
CREATE INDEX IF NOT EXISTS orders_open_of_customer ON orders (customer_id) WHERE status IN ('AWAITING_STOCK', 'INITIAL');
