-- What is left of messages that were handled long ago: enough to know them when they come again.
CREATE TABLE inbox_handled (
    consumer TEXT NOT NULL,
    id       TEXT NOT NULL,
    PRIMARY KEY (consumer, id)
);
