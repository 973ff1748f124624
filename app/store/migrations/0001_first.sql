-- Times are Unix milliseconds. {{…}} is what the two databases call
-- differently (dialect.go). Every table but the first is by App.

CREATE TABLE kintsugi (
    version BIGINT NOT NULL -- of the schema
);
INSERT INTO kintsugi (version) VALUES (0);

CREATE TABLE apps (
    app     BIGINT PRIMARY KEY,
    born_at BIGINT NOT NULL, -- when it first used this database
    probe   {{bytes}}        -- written to see whether writing works
);

-- One row per subject that was ever woken. It is never deleted, so that an
-- epoch is never given out twice.
CREATE TABLE subjects (
    app         BIGINT  NOT NULL,
    key         {{key}} NOT NULL,
    account     {{key}} NOT NULL,           -- whose share of the workers it takes
    rank        BIGINT  NOT NULL,           -- the highest of its due time and its wakes
    wake_seq    BIGINT  NOT NULL DEFAULT 0, -- counts the wakes
    done_seq    BIGINT  NOT NULL DEFAULT 0, -- the last wake that a run answered
    due_at      BIGINT,                     -- null: never
    attempts    BIGINT  NOT NULL DEFAULT 0, -- runs in a row that did not go through
    excused     BIGINT  NOT NULL DEFAULT 0, -- how many of those were no failure
    lease_until BIGINT  NOT NULL DEFAULT 0, -- 0: nobody runs it
    running     BIGINT  NOT NULL DEFAULT 0, -- 1: a run began and did not finish
    unfinished  BIGINT  NOT NULL DEFAULT 0, -- 1: so did the run before this one
    epoch       BIGINT  NOT NULL DEFAULT 0, -- grows when a right to run begins or ends
    expect      BIGINT  NOT NULL DEFAULT 0, -- highest comment id announced and not yet looked for
    hint        TEXT    NOT NULL DEFAULT '{}',
    published   TEXT    NOT NULL DEFAULT '',
    error       TEXT    NOT NULL DEFAULT '', -- of the last run, for people
    PRIMARY KEY (app, key)
);
CREATE INDEX subjects_due ON subjects (app, rank, due_at, key, account) WHERE due_at IS NOT NULL;
CREATE INDEX subjects_leased ON subjects (app, lease_until) WHERE lease_until > 0;
CREATE INDEX subjects_failing ON subjects (app, (attempts - excused)) WHERE attempts > excused;

CREATE TABLE deliveries (
    id          {{id}}, -- in the order of arrival
    app         BIGINT NOT NULL,
    guid        TEXT   NOT NULL,
    event       TEXT   NOT NULL,
    action      TEXT   NOT NULL,
    received_at BIGINT NOT NULL,
    payload     {{bytes}}, -- compressed (S2); null: pruned
    UNIQUE (app, guid)
);
CREATE INDEX deliveries_received ON deliveries (app, received_at);
CREATE INDEX deliveries_kept ON deliveries (app, id) WHERE payload IS NOT NULL;

-- Which wakes a delivery caused: it is handled when all of them are answered.
CREATE TABLE delivery_wakes (
    delivery BIGINT  NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    app      BIGINT  NOT NULL,
    key      {{key}} NOT NULL,
    wake_seq BIGINT  NOT NULL,
    PRIMARY KEY (delivery, key)
) {{keyed}};

CREATE TABLE intents (
    app      BIGINT  NOT NULL,
    subject  {{key}} NOT NULL,
    key      {{key}} NOT NULL,
    begun_at BIGINT  NOT NULL,
    PRIMARY KEY (app, subject, key)
);

CREATE TABLE marks (
    app       BIGINT  NOT NULL,
    name      {{key}} NOT NULL,
    marked_at BIGINT  NOT NULL, -- in GitHub's time
    PRIMARY KEY (app, name)
);

-- Limits that GitHub told us, for all processes.
CREATE TABLE pauses (
    app          BIGINT NOT NULL,
    installation BIGINT NOT NULL,
    until        BIGINT NOT NULL,
    why          TEXT   NOT NULL,
    PRIMARY KEY (app, installation)
);

CREATE TABLE replicas (
    app     BIGINT  NOT NULL,
    name    {{key}} NOT NULL,
    seen_at BIGINT  NOT NULL,
    PRIMARY KEY (app, name)
);
