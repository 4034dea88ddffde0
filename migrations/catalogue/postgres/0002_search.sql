-- The words of each product: those of its title, and these with those of its codes. Words are folded and cut before they
-- come here, and kept as they come: no text search configuration of the server's has a say in what is found.
CREATE TABLE product_search (
    number BIGINT PRIMARY KEY REFERENCES product (number),
    title TSVECTOR NOT NULL,
    everything TSVECTOR NOT NULL
);
CREATE INDEX product_search_by_title ON product_search USING GIN (title);
CREATE INDEX product_search_by_everything ON product_search USING GIN (everything);
