-- Sales of a span of time that is not made of whole months.
CREATE INDEX sale_by_time ON sale (currency, sold_at);
