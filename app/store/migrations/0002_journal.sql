-- What runs did. A run is known by the epoch of its claim.
CREATE TABLE journal (
    app       BIGINT  NOT NULL,
    key       {{key}} NOT NULL,
    epoch     BIGINT  NOT NULL,
    after_seq BIGINT  NOT NULL, -- the run was to answer the wakes after this one
    wake_seq  BIGINT  NOT NULL, -- up to this one
    noted_at  BIGINT  NOT NULL,
    idle      BIGINT  NOT NULL, -- 1: did nothing, and nothing failed
    entry     TEXT    NOT NULL,
    PRIMARY KEY (app, key, epoch)
);
CREATE INDEX journal_noted ON journal (app, noted_at);
CREATE INDEX delivery_wakes_answered ON delivery_wakes (app, key, wake_seq);
-- back
DROP INDEX delivery_wakes_answered;
DROP TABLE journal;
