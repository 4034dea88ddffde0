-- Finds the carts of a customer who is to be forgotten.
CREATE INDEX IF NOT EXISTS carts_of_owner ON carts (owner) WHERE owner IS NOT NULL;
