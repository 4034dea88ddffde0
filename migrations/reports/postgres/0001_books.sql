-- The books. Facts first, each in a table of its own and never changed; then the totals that follow from them.
-- Times are microseconds since 1970 in UTC, months are those of the shop's calendar, amounts are minor units.

CREATE TABLE sale (
    order_id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('paid', 'completed', 'void')),
    sold_at BIGINT NOT NULL,
    month TEXT NOT NULL,
    currency TEXT NOT NULL,
    country TEXT NOT NULL,                  -- '' when nothing had to be sent
    net_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    shipping_minor BIGINT NOT NULL,
    gross_minor BIGINT NOT NULL,
    CHECK (net_minor + tax_minor = gross_minor)
);

CREATE TABLE sale_line (
    order_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    sku TEXT NOT NULL,
    title TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity >= 0),
    net_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    gross_minor BIGINT NOT NULL,
    sold_at BIGINT NOT NULL,
    PRIMARY KEY (order_id, position),
    CHECK (net_minor + tax_minor = gross_minor)
);

-- Answers what an article was called when it was sold last.
CREATE INDEX sale_line_by_sku ON sale_line (sku, sold_at);

CREATE TABLE completion (
    order_id TEXT NOT NULL PRIMARY KEY,
    completed_at BIGINT NOT NULL
);

CREATE TABLE cancellation (
    order_id TEXT NOT NULL PRIMARY KEY,
    cancelled_at BIGINT NOT NULL
);

CREATE TABLE refund (
    order_id TEXT NOT NULL,
    refund_id TEXT NOT NULL,
    number TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
    currency TEXT NOT NULL,
    reason TEXT NOT NULL,
    refunded_at BIGINT NOT NULL,
    month TEXT NOT NULL,
    PRIMARY KEY (order_id, refund_id)
);

CREATE INDEX refund_by_time ON refund (currency, refunded_at, order_id, refund_id);

-- What the catalogue says of an article today.
CREATE TABLE article (
    sku TEXT NOT NULL PRIMARY KEY,
    product_id TEXT NOT NULL,
    title TEXT NOT NULL,
    category TEXT NOT NULL,                 -- '' when the product is in none
    stated_at BIGINT NOT NULL,
    sequence BIGINT NOT NULL
);

CREATE TABLE monthly_total (
    currency TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('paid', 'completed')),
    month TEXT NOT NULL,
    orders BIGINT NOT NULL,
    cancelled BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    shipping_minor BIGINT NOT NULL,
    gross_minor BIGINT NOT NULL,
    refunded_minor BIGINT NOT NULL,
    PRIMARY KEY (currency, scope, month)
);

CREATE TABLE country_total (
    currency TEXT NOT NULL,
    month TEXT NOT NULL,
    country TEXT NOT NULL,
    orders BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    gross_minor BIGINT NOT NULL,
    PRIMARY KEY (currency, month, country)
);

-- By article first: ranking articles reads them one after the other, and a change of category finds one at once.
CREATE TABLE article_total (
    sku TEXT NOT NULL,
    currency TEXT NOT NULL,
    month TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    gross_minor BIGINT NOT NULL,
    PRIMARY KEY (sku, currency, month)
);

CREATE TABLE category_total (
    currency TEXT NOT NULL,
    month TEXT NOT NULL,
    category TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    gross_minor BIGINT NOT NULL,
    PRIMARY KEY (currency, month, category)
);

-- One row: how fresh the books are, and by whose calendar they are kept.
CREATE TABLE books (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    as_of BIGINT NOT NULL,
    time_zone TEXT NOT NULL
);
