-- All times are Unix milliseconds of the program's clock.

CREATE TABLE meta (
    name  TEXT   PRIMARY KEY,
    value BIGINT NOT NULL -- the schema's version, when the store was born
);

-- One row per subject that was ever woken. It is never deleted, so that an
-- epoch is never given out twice.
CREATE TABLE subjects (
    key         TEXT   PRIMARY KEY,
    wake_seq    BIGINT NOT NULL DEFAULT 0, -- counts the wakes
    done_seq    BIGINT NOT NULL DEFAULT 0, -- the last wake that a run answered
    due_at      BIGINT,                    -- null: never
    attempts    BIGINT NOT NULL DEFAULT 0, -- failed runs in a row
    lease_until BIGINT NOT NULL DEFAULT 0, -- 0: nobody runs it
    running     BIGINT NOT NULL DEFAULT 0, -- 1: a run began and did not finish
    unfinished  BIGINT NOT NULL DEFAULT 0, -- 1: so did the run before this one
    epoch       BIGINT NOT NULL DEFAULT 0, -- grows when a right to run begins or ends
    expect      BIGINT NOT NULL DEFAULT 0, -- highest comment id announced and not yet looked for
    hint        TEXT   NOT NULL DEFAULT '{}',
    published   TEXT   NOT NULL DEFAULT '',
    error       TEXT   NOT NULL DEFAULT '' -- of the last run, for people
);
CREATE INDEX subjects_due ON subjects (due_at, key) WHERE due_at IS NOT NULL;
CREATE INDEX subjects_leased ON subjects (lease_until) WHERE lease_until > 0;

CREATE TABLE deliveries (
    id          INTEGER PRIMARY KEY, -- in the order of arrival
    app         BIGINT  NOT NULL,
    guid        TEXT    NOT NULL,
    event       TEXT    NOT NULL,
    action      TEXT    NOT NULL,
    received_at BIGINT  NOT NULL,
    payload     BLOB,                -- null: pruned
    UNIQUE (app, guid)
);
CREATE INDEX deliveries_received ON deliveries (received_at);
CREATE INDEX deliveries_kept ON deliveries (id) WHERE payload IS NOT NULL;

-- Which wakes a delivery caused: it is handled when all of them are answered.
CREATE TABLE delivery_wakes (
    delivery BIGINT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    key      TEXT   NOT NULL,
    wake_seq BIGINT NOT NULL,
    PRIMARY KEY (delivery, key)
);

CREATE TABLE intents (
    subject  TEXT   NOT NULL,
    key      TEXT   NOT NULL,
    begun_at BIGINT NOT NULL,
    PRIMARY KEY (subject, key)
);

CREATE TABLE marks (
    name      TEXT   PRIMARY KEY,
    marked_at BIGINT NOT NULL
);
