-- Finds what the log says about somebody who is to be forgotten.
CREATE INDEX IF NOT EXISTS security_log_subject ON security_log (subject);
