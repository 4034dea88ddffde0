-- Carts, orders and the local copies of prices and stock. Times are microseconds, amounts minor units, ids texts. What is
-- a key, or is ordered by, has the collation "C": it sorts byte by byte, on any server.

CREATE TABLE carts (
    id         TEXT COLLATE "C" PRIMARY KEY,
    owner      TEXT COLLATE "C",
    lines      TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    touched_at BIGINT NOT NULL
);
CREATE INDEX carts_by_touch ON carts (touched_at);

CREATE TABLE price_list (
    sku              TEXT COLLATE "C" PRIMARY KEY,
    product_id       TEXT COLLATE "C" NOT NULL,
    title            TEXT   NOT NULL,
    kind             TEXT   NOT NULL CHECK (kind IN ('physical', 'digital')),
    unit_gross_minor BIGINT NOT NULL CHECK (unit_gross_minor >= 0),
    currency         TEXT   NOT NULL,
    sellable         BIGINT NOT NULL
);
CREATE INDEX price_list_by_product ON price_list (product_id);

CREATE TABLE stock_hints (
    sku       TEXT COLLATE "C" PRIMARY KEY,
    available BIGINT NOT NULL
);

-- One row per order. Root fields are columns; `frozen` is what placement fixed for ever, `progress` what happened since.
CREATE TABLE orders (
    id             TEXT COLLATE "C" PRIMARY KEY,
    number         TEXT COLLATE "C" NOT NULL UNIQUE,
    cart_id        TEXT COLLATE "C",
    customer_id    TEXT COLLATE "C",
    email          TEXT COLLATE "C",
    status         TEXT COLLATE "C" NOT NULL,
    placed_at      BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    due_at         BIGINT,
    attention_at   BIGINT,
    money_open     BIGINT NOT NULL,
    currency       TEXT   NOT NULL,
    net_minor      BIGINT NOT NULL,
    tax_minor      BIGINT NOT NULL,
    shipping_minor BIGINT NOT NULL,
    gross_minor    BIGINT NOT NULL,
    words          TEXT   NOT NULL,
    frozen         TEXT   NOT NULL,
    progress       TEXT   NOT NULL,
    version        BIGINT NOT NULL,
    CHECK (net_minor + tax_minor = gross_minor),
    CHECK (status IN ('AWAITING_STOCK', 'INITIAL', 'PAID', 'SHIPPED', 'COMPLETED', 'CANCEL_PENDING', 'CANCELLED',
                      'REJECTED', 'EXPIRED'))
);
-- A cart has at most one order that still waits to be paid.
CREATE UNIQUE INDEX orders_open_of_cart ON orders (cart_id) WHERE status IN ('AWAITING_STOCK', 'INITIAL');
CREATE INDEX orders_of_customer ON orders (customer_id, placed_at, id);
CREATE INDEX orders_by_time ON orders (placed_at, id);
CREATE INDEX orders_by_status ON orders (status, placed_at, id);
CREATE INDEX orders_by_email ON orders (email) WHERE email IS NOT NULL;
CREATE INDEX orders_due ON orders (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX orders_attention ON orders (attention_at, id) WHERE attention_at IS NOT NULL;
CREATE INDEX orders_money_open ON orders (id) WHERE money_open = 1;

-- Which order an intent of the payment provider belongs to.
CREATE TABLE order_intents (
    intent   TEXT COLLATE "C" PRIMARY KEY,
    order_id TEXT COLLATE "C" NOT NULL
);

-- Where counting began. A row that was counted in would make everybody who orders wait for the one before him, so the
-- numbers given out since are counted by a sequence. It has gaps where an order was not placed after all.
CREATE TABLE order_numbers (
    "only" BIGINT PRIMARY KEY CHECK ("only" = 1),
    next   BIGINT NOT NULL
);
INSERT INTO order_numbers ("only", next) VALUES (1, 100001);
CREATE SEQUENCE order_numbers_given AS BIGINT MINVALUE 0 START WITH 0 OWNED BY order_numbers.next;

-- Idempotency keys: written with the order that they led to.
CREATE TABLE request_keys (
    principal   TEXT COLLATE "C" NOT NULL,
    key         TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT   NOT NULL,
    order_id    TEXT COLLATE "C" NOT NULL,
    made_at     BIGINT NOT NULL,
    PRIMARY KEY (principal, key)
);
CREATE INDEX request_keys_by_age ON request_keys (made_at);
