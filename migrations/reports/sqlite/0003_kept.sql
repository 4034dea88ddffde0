-- What went back of what was sold: money in minor units, and pieces of orders that were refunded in full.
ALTER TABLE article_total ADD COLUMN returned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE article_total ADD COLUMN refunded_minor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE category_total ADD COLUMN returned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE category_total ADD COLUMN refunded_minor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE country_total ADD COLUMN refunded_minor INTEGER NOT NULL DEFAULT 0;

-- By which version's rules the totals were kept. Books kept by older rules, or in another time zone, are built anew.
ALTER TABLE books ADD COLUMN rules INTEGER NOT NULL DEFAULT 0;

-- One row while the books are being built anew: how fresh they were before.
CREATE TABLE rebuilding (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    until INTEGER NOT NULL
) STRICT;
