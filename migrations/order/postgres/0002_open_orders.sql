-- Counts, as somebody orders, how many of his orders still wait to be paid. (Who has very many orders on PostgreSQL makes it
-- before the new version is rolled out, CONCURRENTLY: otherwise orders wait while it is made.)
CREATE INDEX IF NOT EXISTS orders_open_of_customer ON orders (customer_id) WHERE status IN ('AWAITING_STOCK', 'INITIAL');
