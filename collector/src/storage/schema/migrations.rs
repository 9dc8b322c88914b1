//! The migrations, the oldest first.

use super::Migration;

pub(super) const MIGRATIONS: &[Migration] = &[
    // AUTOINCREMENT: a row number is never used twice, so that a page's
    // cursor stays right even when records have been removed.
    Migration {
        tables: "CREATE TABLE records (
        row INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        risk TEXT,
        received_ms INTEGER NOT NULL,
        body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX records_by_kind ON records (kind, row);
    CREATE INDEX records_by_risk ON records (risk, row);
    CREATE TABLE keys (
        name TEXT PRIMARY KEY,
        secret BLOB NOT NULL,
        made_ms INTEGER NOT NULL
    ) STRICT;",
        fill_sqlite: "",
    },
    // A subject is a pseudonym. `claims`, `guardian`, `ledger` and `wrong` are
    // JSON that is only ever read as a whole.
    Migration {
        tables: "ALTER TABLE records ADD COLUMN subject TEXT;
    CREATE INDEX records_by_subject ON records (subject, received_ms)
        WHERE subject IS NOT NULL;
    CREATE TABLE subjects (
        subject TEXT PRIMARY KEY,
        claims TEXT NOT NULL,
        guardian TEXT NOT NULL,
        changed_s INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE usage_ledgers (
        subject TEXT PRIMARY KEY,
        ledger TEXT NOT NULL,
        changed_ms INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE usage_events (
        subject TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        kind TEXT NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (subject, at_ms, kind, reason)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE guardian_pins (
        subject TEXT PRIMARY KEY,
        hash TEXT NOT NULL,
        wrong TEXT NOT NULL DEFAULT '[]',
        locked_until_ms INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE guardian_sessions (
        digest BLOB PRIMARY KEY,
        subject TEXT NOT NULL,
        expires_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX guardian_sessions_by_subject ON guardian_sessions (subject, expires_ms);",
        fill_sqlite: "",
    },
    // What lists are filtered by, taken out of `body`, and what is counted of
    // verdicts in each hour, so that no statistics have to read them all.
    Migration {
        tables: "ALTER TABLE records ADD COLUMN policy TEXT;
    ALTER TABLE records ADD COLUMN revision INTEGER;
    ALTER TABLE records ADD COLUMN rule TEXT;
    ALTER TABLE records ADD COLUMN action TEXT;
    ALTER TABLE records ADD COLUMN channel TEXT;
    ALTER TABLE records ADD COLUMN escalation TEXT;
    ALTER TABLE records ADD COLUMN review TEXT;
    CREATE INDEX records_by_policy ON records (policy, revision, row);
    CREATE INDEX records_by_rule ON records (rule, row);
    CREATE INDEX records_by_action ON records (action, row);
    CREATE INDEX records_by_escalation ON records (escalation, row)
        WHERE escalation IS NOT NULL;
    CREATE INDEX records_by_review ON records (review, row) WHERE review IS NOT NULL;
    CREATE INDEX records_by_time ON records (received_ms);
    CREATE TABLE verdict_counts (
        hour INTEGER NOT NULL,
        policy TEXT NOT NULL,
        revision INTEGER NOT NULL,
        rule TEXT NOT NULL,
        risk TEXT NOT NULL,
        action TEXT NOT NULL,
        hits INTEGER NOT NULL,
        upheld INTEGER NOT NULL DEFAULT 0,
        rejected INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (hour, policy, revision, rule, risk, action)
    ) STRICT, WITHOUT ROWID;",
        fill_sqlite: "UPDATE records SET
        policy = json_extract(body, '$.data.policy'),
        revision = json_extract(body, '$.data.revision'),
        rule = json_extract(body, '$.data.rule'),
        action = json_extract(body, '$.data.action'),
        channel = json_extract(body, '$.data.channel'),
        escalation = json_extract(body, '$.data.escalation')
    WHERE risk IS NOT NULL AND json_valid(body);
    INSERT INTO verdict_counts (hour, policy, revision, rule, risk, action, hits)
        SELECT received_ms / 3600000, policy, revision, rule, risk, action, count(*)
        FROM records
        WHERE policy IS NOT NULL AND revision IS NOT NULL AND rule IS NOT NULL
            AND risk IS NOT NULL AND action IS NOT NULL
        GROUP BY 1, 2, 3, 4, 5, 6;",
    },
    // The provider's staff, what they did, and complaints on their way. An
    // entry of `audit` is hashed with the one before.
    Migration {
        tables: "CREATE TABLE accounts (
        name TEXT PRIMARY KEY,
        role TEXT NOT NULL,
        hash TEXT NOT NULL,
        wrong TEXT NOT NULL DEFAULT '[]',
        locked_until_ms INTEGER NOT NULL DEFAULT 0,
        made_ms INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE staff_sessions (
        digest BLOB PRIMARY KEY,
        name TEXT NOT NULL,
        csrf TEXT NOT NULL,
        expires_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX staff_sessions_by_name ON staff_sessions (name, expires_ms);
    CREATE TABLE complaints (
        id TEXT PRIMARY KEY,
        category TEXT NOT NULL,
        status TEXT NOT NULL,
        received_ms INTEGER NOT NULL,
        due_ms INTEGER NOT NULL,
        answer TEXT,
        answered_ms INTEGER,
        changed_by TEXT,
        changed_ms INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX complaints_by_due ON complaints (due_ms, id);
    CREATE INDEX complaints_by_status ON complaints (status, due_ms, id);
    CREATE TABLE reviews (
        id TEXT PRIMARY KEY,
        verdict TEXT NOT NULL,
        note TEXT NOT NULL,
        reviewer TEXT NOT NULL,
        at_ms INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE audit (
        seq INTEGER PRIMARY KEY,
        at_ms INTEGER NOT NULL,
        actor TEXT NOT NULL,
        action TEXT NOT NULL,
        about TEXT NOT NULL,
        hash BLOB NOT NULL
    ) STRICT;",
        // 15 days: what the example's particulars promised until now.
        fill_sqlite: "INSERT INTO complaints
            (id, category, status, received_ms, due_ms, changed_ms)
        SELECT id, json_extract(body, '$.data.category'), 'received', received_ms,
            received_ms + 1296000000, received_ms
        FROM records
        WHERE kind = 'dev.tidegate.complaint.v1' AND json_valid(body)
            AND json_extract(body, '$.data.category') IS NOT NULL;",
    },
    // The queue of what is not answered, which stays short while the answered
    // pile up.
    Migration {
        tables: "CREATE INDEX complaints_open ON complaints (due_ms, id)
        WHERE status <> 'answered';",
        fill_sqlite: "",
    },
    // Packs that were handed in.
    Migration {
        tables: "CREATE TABLE policies (
        policy TEXT NOT NULL,
        revision INTEGER NOT NULL,
        digest TEXT NOT NULL,
        pack BLOB NOT NULL,
        actor TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        PRIMARY KEY (policy, revision)
    ) STRICT;
    CREATE INDEX policies_by_digest ON policies (policy, digest);",
        fill_sqlite: "",
    },
    // Channels that are seldom; a list of the common one needs no index.
    Migration {
        tables: "CREATE INDEX records_by_channel ON records (channel, row)
        WHERE channel <> 'text';",
        fill_sqlite: "",
    },
    // What the provider says of itself, every version.
    Migration {
        tables: "CREATE TABLE particulars (
        version INTEGER PRIMARY KEY,
        document TEXT NOT NULL,
        actor TEXT NOT NULL,
        at_ms INTEGER NOT NULL
    ) STRICT;",
        fill_sqlite: "",
    },
    // Records that clients counted as lost, and whether one that has been
    // deleted since was there. Older counts name none.
    Migration {
        tables: "CREATE TABLE lost_records (
        named TEXT PRIMARY KEY,
        id TEXT NOT NULL,
        has_arrived INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX lost_records_by_count ON lost_records (id);",
        fill_sqlite: "",
    },
];
