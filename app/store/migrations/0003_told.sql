-- Who told a subject that something about them changed. The rows stay until a run
-- that saw them went through.
CREATE TABLE told (
    app     BIGINT  NOT NULL,
    key     {{key}} NOT NULL, -- who is told
    teller  {{key}} NOT NULL,
    epoch   BIGINT  NOT NULL, -- of the subject that is told, when it was last told
    told_at BIGINT  NOT NULL,
    PRIMARY KEY (app, key, teller)
) {{keyed}};
CREATE INDEX told_at ON told (app, told_at);
-- The epoch in which a subject was last told something, and when what it was first
-- told in it makes it due. Null: nothing that a run has not finished with.
ALTER TABLE subjects ADD COLUMN told_epoch BIGINT;
ALTER TABLE subjects ADD COLUMN told_due BIGINT;
-- back
ALTER TABLE subjects DROP COLUMN told_due;
ALTER TABLE subjects DROP COLUMN told_epoch;
DROP TABLE told;
