-- Where a session was begun, when its owner last showed the password, and whether a second factor was shown, too. Rows
-- of the version before have none of it: they count as begun without a second factor and shown at their start.
ALTER TABLE session ADD COLUMN confirmed_at INTEGER;
ALTER TABLE session ADD COLUMN second_factor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN address TEXT;
ALTER TABLE session ADD COLUMN agent TEXT;

-- Browsers from which somebody has logged in, by the SHA-256 of the token in their cookie. Each has its own count of
-- failed attempts.
CREATE TABLE known_device (
    hash        TEXT    NOT NULL,
    customer_id TEXT    NOT NULL REFERENCES customer (id),
    used_at     INTEGER NOT NULL,
    PRIMARY KEY (hash, customer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX known_device_customer ON known_device (customer_id, used_at);

-- Second factors: the secret of an authenticator app in base32, and the last time step whose code was used.
CREATE TABLE second_factor (
    customer_id  TEXT    PRIMARY KEY REFERENCES customer (id),
    secret       TEXT    NOT NULL,
    begun_at     INTEGER NOT NULL,
    confirmed_at INTEGER,
    last_step    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Codes for somebody who has lost the app, by their SHA-256. One that was used is gone.
CREATE TABLE recovery_code (
    customer_id TEXT NOT NULL REFERENCES customer (id),
    hash        TEXT NOT NULL,
    PRIMARY KEY (customer_id, hash)
) STRICT, WITHOUT ROWID;

-- Somebody has given the right password and still owes the code, by the SHA-256 of what their browser keeps.
CREATE TABLE login_challenge (
    hash          TEXT    PRIMARY KEY,
    customer_id   TEXT    NOT NULL REFERENCES customer (id),
    password_hash TEXT    NOT NULL,
    expires_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX login_challenge_customer ON login_challenge (customer_id);
