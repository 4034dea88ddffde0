-- Finds what has expired without reading all that has not.
CREATE INDEX IF NOT EXISTS session_by_start ON session (started_at);
CREATE INDEX IF NOT EXISTS session_by_last_seen ON session (last_seen);
CREATE INDEX IF NOT EXISTS mail_token_by_expiry ON mail_token (expires_at);
CREATE INDEX IF NOT EXISTS login_challenge_by_expiry ON login_challenge (expires_at);
CREATE INDEX IF NOT EXISTS login_attempt_by_last ON login_attempt (last);
-- Finds erased customers, who are few among all.
CREATE INDEX IF NOT EXISTS customer_erased ON customer (erased_at, id) WHERE erased_at IS NOT NULL;
