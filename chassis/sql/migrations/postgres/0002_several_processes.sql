-- What several processes on one database, and transports that can forget, need to know.

-- The epoch of the destination in which its position is true, and its last number then.
ALTER TABLE outbox_progress ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox_progress ADD COLUMN tip   BIGINT NOT NULL DEFAULT 0;

-- How often a consumer has been emptied to be built anew.
CREATE TABLE consumer (
    name       TEXT   PRIMARY KEY,
    generation BIGINT NOT NULL
);

-- Who does what only one process may do at a time.
CREATE TABLE lease (
    name   TEXT   PRIMARY KEY,
    holder TEXT   NOT NULL,
    until  BIGINT NOT NULL
);

-- Things that are done once in the life of a database, such as filling it for the first time.
CREATE TABLE marker (
    name    TEXT   PRIMARY KEY,
    made_at BIGINT NOT NULL
);
