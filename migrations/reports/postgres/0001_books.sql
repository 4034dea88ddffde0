-- The books. Facts first, each in a table of its own and never changed; then the totals that follow from them.
-- Times are microseconds since 1970 in UTC, months are those of the shop's calendar, amounts are minor units.
-- The same tables as on SQLite. Texts that are keys or that are sorted by compare byte for byte, on any server; totals, of
-- which a few change with every sale, have room on their page.

CREATE TABLE sale (
    order_id       TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    number         TEXT   NOT NULL,
    outcome        TEXT   NOT NULL CHECK (outcome IN ('paid', 'completed', 'void')),
    sold_at        BIGINT NOT NULL,
    month          TEXT   COLLATE "C" NOT NULL,
    currency       TEXT   COLLATE "C" NOT NULL,
    country        TEXT   COLLATE "C" NOT NULL, -- '' when nothing had to be sent
    net_minor      BIGINT NOT NULL,
    tax_minor      BIGINT NOT NULL,
    shipping_minor BIGINT NOT NULL,
    gross_minor    BIGINT NOT NULL,
    CHECK (net_minor + tax_minor = gross_minor)
);

CREATE TABLE sale_line (
    order_id    TEXT   COLLATE "C" NOT NULL,
    position    BIGINT NOT NULL,
    sku         TEXT   COLLATE "C" NOT NULL,
    title       TEXT   NOT NULL,
    quantity    BIGINT NOT NULL CHECK (quantity >= 0),
    net_minor   BIGINT NOT NULL,
    tax_minor   BIGINT NOT NULL,
    gross_minor BIGINT NOT NULL,
    sold_at     BIGINT NOT NULL,
    PRIMARY KEY (order_id, position),
    CHECK (net_minor + tax_minor = gross_minor)
);

-- Answers what an article was called when it was sold last.
CREATE INDEX sale_line_by_sku ON sale_line (sku, sold_at, order_id, position);

CREATE TABLE completion (
    order_id     TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    completed_at BIGINT NOT NULL
);

CREATE TABLE cancellation (
    order_id     TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    cancelled_at BIGINT NOT NULL
);

CREATE TABLE refund (
    order_id     TEXT   COLLATE "C" NOT NULL,
    refund_id    TEXT   COLLATE "C" NOT NULL,
    number       TEXT   NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
    currency     TEXT   COLLATE "C" NOT NULL,
    reason       TEXT   NOT NULL,
    refunded_at  BIGINT NOT NULL,
    month        TEXT   COLLATE "C" NOT NULL,
    PRIMARY KEY (order_id, refund_id)
);

CREATE INDEX refund_by_time ON refund (currency, refunded_at, order_id, refund_id);

-- What the catalogue says of an article today.
CREATE TABLE article (
    sku        TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    product_id TEXT   COLLATE "C" NOT NULL,
    title      TEXT   NOT NULL,
    category   TEXT   COLLATE "C" NOT NULL, -- '' when the product is in none
    stated_at  BIGINT NOT NULL,
    sequence   BIGINT NOT NULL
);

CREATE TABLE monthly_total (
    currency       TEXT   COLLATE "C" NOT NULL,
    scope          TEXT   COLLATE "C" NOT NULL CHECK (scope IN ('paid', 'completed')),
    month          TEXT   COLLATE "C" NOT NULL,
    orders         BIGINT NOT NULL,
    cancelled      BIGINT NOT NULL,
    net_minor      BIGINT NOT NULL,
    tax_minor      BIGINT NOT NULL,
    shipping_minor BIGINT NOT NULL,
    gross_minor    BIGINT NOT NULL,
    refunded_minor BIGINT NOT NULL,
    PRIMARY KEY (currency, scope, month)
) WITH (fillfactor = 20);

CREATE TABLE country_total (
    currency    TEXT   COLLATE "C" NOT NULL,
    month       TEXT   COLLATE "C" NOT NULL,
    country     TEXT   COLLATE "C" NOT NULL,
    orders      BIGINT NOT NULL,
    net_minor   BIGINT NOT NULL,
    tax_minor   BIGINT NOT NULL,
    gross_minor BIGINT NOT NULL,
    PRIMARY KEY (currency, month, country)
) WITH (fillfactor = 20);

-- By article first: ranking articles reads them one after the other, and a change of category finds one at once.
CREATE TABLE article_total (
    sku         TEXT   COLLATE "C" NOT NULL,
    currency    TEXT   COLLATE "C" NOT NULL,
    month       TEXT   COLLATE "C" NOT NULL,
    quantity    BIGINT NOT NULL,
    net_minor   BIGINT NOT NULL,
    tax_minor   BIGINT NOT NULL,
    gross_minor BIGINT NOT NULL,
    PRIMARY KEY (sku, currency, month)
) WITH (fillfactor = 50);

CREATE TABLE category_total (
    currency    TEXT   COLLATE "C" NOT NULL,
    month       TEXT   COLLATE "C" NOT NULL,
    category    TEXT   COLLATE "C" NOT NULL,
    quantity    BIGINT NOT NULL,
    net_minor   BIGINT NOT NULL,
    tax_minor   BIGINT NOT NULL,
    gross_minor BIGINT NOT NULL,
    PRIMARY KEY (currency, month, category)
) WITH (fillfactor = 20);

-- One row: how fresh the books are, and by whose calendar they are kept.
CREATE TABLE books (
    id        BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    as_of     BIGINT NOT NULL,
    time_zone TEXT   NOT NULL
) WITH (fillfactor = 20);
