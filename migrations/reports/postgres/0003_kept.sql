-- What went back of what was sold: money in minor units, and pieces of orders that were refunded in full.
ALTER TABLE article_total ADD COLUMN returned BIGINT NOT NULL DEFAULT 0;
ALTER TABLE article_total ADD COLUMN refunded_minor BIGINT NOT NULL DEFAULT 0;
ALTER TABLE category_total ADD COLUMN returned BIGINT NOT NULL DEFAULT 0;
ALTER TABLE category_total ADD COLUMN refunded_minor BIGINT NOT NULL DEFAULT 0;
ALTER TABLE country_total ADD COLUMN refunded_minor BIGINT NOT NULL DEFAULT 0;

-- By which version's rules the totals were kept. Books kept by older rules, or in another time zone, are built anew.
ALTER TABLE books ADD COLUMN rules BIGINT NOT NULL DEFAULT 0;

-- One row while the books are being built anew: how fresh they were before.
CREATE TABLE rebuilding (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    until BIGINT NOT NULL
);
