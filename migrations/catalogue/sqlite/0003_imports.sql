-- Categories are listed by name: the slug of an earlier version is shared by names that differ.
CREATE INDEX product_by_category_name ON product (status, category, title_key, id);
CREATE INDEX product_by_category_name_for_staff ON product (category, title_key, id);

-- Under which handle a file of another shop names a product whose address is another one.
CREATE TABLE source_handle (
    written TEXT PRIMARY KEY,
    product_id TEXT NOT NULL UNIQUE REFERENCES product (id)
) STRICT, WITHOUT ROWID;

-- The last files that were looked at or imported, to apply the very same file, and to take it back.
CREATE TABLE import_run (
    id TEXT PRIMARY KEY,
    file_name TEXT NOT NULL,
    file BLOB NOT NULL,
    options TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('previewed', 'applied', 'reverted')),
    at INTEGER NOT NULL,
    before TEXT NOT NULL,
    touched TEXT NOT NULL
) STRICT;
CREATE INDEX import_run_by_time ON import_run (at, id);
