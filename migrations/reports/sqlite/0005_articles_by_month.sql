-- Finds what was sold in some months without reading all months of all articles.
CREATE INDEX IF NOT EXISTS article_total_by_month ON article_total (currency, month, sku);
