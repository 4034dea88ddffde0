-- Keys, and names, which are searched in small letters, compare byte by byte, as in SQLite, whatever the server's
-- language is.

-- Whoever has an account. One who was erased keeps his id, and nothing else that could name him.
CREATE TABLE customer (
    id               TEXT   COLLATE "C" PRIMARY KEY,
    version          BIGINT NOT NULL,
    email            TEXT   COLLATE "C" UNIQUE,
    first_name       TEXT   COLLATE "C" NOT NULL,
    last_name        TEXT   COLLATE "C" NOT NULL,
    password_hash    TEXT   NOT NULL,
    shipping_address TEXT,
    verified         BIGINT NOT NULL CHECK (verified IN (0, 1)),
    role             TEXT   NOT NULL CHECK (role IN ('customer', 'staff', 'admin')),
    registered_at    BIGINT NOT NULL,
    erased_at        BIGINT,
    CHECK ((email IS NULL) = (erased_at IS NOT NULL))
);

-- Who is logged in, by the SHA-256 of the token.
CREATE TABLE session (
    hash        TEXT   COLLATE "C" PRIMARY KEY,
    customer_id TEXT   COLLATE "C" NOT NULL REFERENCES customer (id),
    started_at  BIGINT NOT NULL,
    last_seen   BIGINT NOT NULL
);
CREATE INDEX session_customer ON session (customer_id);

-- Links that were mailed, by the SHA-256 of their token.
CREATE TABLE mail_token (
    hash        TEXT   COLLATE "C" PRIMARY KEY,
    customer_id TEXT   COLLATE "C" NOT NULL REFERENCES customer (id),
    purpose     TEXT   COLLATE "C" NOT NULL CHECK (purpose IN ('verify-email', 'reset-password')),
    issued_at   BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL
);
CREATE INDEX mail_token_customer ON mail_token (customer_id, purpose);

-- Attempts to log in without success, by the SHA-256 of what was typed as e-mail address.
CREATE TABLE login_attempt (
    account TEXT   COLLATE "C" PRIMARY KEY,
    count   BIGINT NOT NULL CHECK (count > 0),
    last    BIGINT NOT NULL
);

-- Keys for machines, by the SHA-256 of their secret half. Withdrawn ones stay for the record.
CREATE TABLE api_key (
    id          TEXT   COLLATE "C" PRIMARY KEY,
    owner_id    TEXT   COLLATE "C" NOT NULL REFERENCES customer (id),
    label       TEXT   NOT NULL,
    role        TEXT   NOT NULL CHECK (role IN ('customer', 'staff', 'admin')),
    secret_hash TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT,
    revoked_at  BIGINT
);
CREATE INDEX api_key_owner ON api_key (owner_id);
