-- Products as aggregates: root fields are columns, owned values are JSON.
-- `number` is for the search index alone, which needs an integer key that never moves.
CREATE TABLE product (
    number BIGINT PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    handle TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,
    description TEXT NOT NULL,
    category TEXT NOT NULL,
    category_slug TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('draft', 'active', 'archived')),
    images TEXT NOT NULL CHECK (json_valid(images)),
    attributes TEXT NOT NULL CHECK (json_valid(attributes)),
    variants TEXT NOT NULL CHECK (json_array_length(variants) > 0),
    version BIGINT NOT NULL CHECK (version > 0)
);
CREATE INDEX product_in_order ON product (title_key, id);
CREATE INDEX product_for_shoppers ON product (status, title_key, id);
CREATE INDEX product_by_category ON product (status, category_slug, title_key, id, category);
CREATE INDEX product_by_category_for_staff ON product (category_slug, title_key, id);

-- One owner for each code of the merchant.
CREATE TABLE product_sku (
    sku TEXT PRIMARY KEY,
    product_id TEXT NOT NULL REFERENCES product (id)
);
CREATE INDEX product_sku_by_product ON product_sku (product_id);

-- Words are folded before they come here, so that every engine finds alike.

-- Counts that have been published, so that the same file counts once.
CREATE TABLE stock_count (
    import_id TEXT NOT NULL,
    sku TEXT NOT NULL,
    on_hand BIGINT NOT NULL,
    PRIMARY KEY (import_id, sku)
);

-- Local copy of what fulfilment says; can be built again from its events.
CREATE TABLE stock_level (
    sku TEXT PRIMARY KEY,
    on_hand BIGINT NOT NULL,
    available BIGINT NOT NULL,
    sequence BIGINT NOT NULL
);

CREATE TABLE media (
    name TEXT PRIMARY KEY,
    content_type TEXT NOT NULL,
    bytes BYTEA NOT NULL
);
