-- What the simulator remembers. Money is fen, moments are seconds since the epoch.

CREATE TABLE IF NOT EXISTS users (
    openid TEXT PRIMARY KEY,
    unionid TEXT,
    phone TEXT,
    blocked INTEGER NOT NULL DEFAULT 0,
    created_at REAL NOT NULL
);

CREATE TABLE IF NOT EXISTS codes (
    code TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('login', 'phone')),
    openid TEXT,
    phone TEXT,
    created_at REAL NOT NULL,
    used_at REAL
);

CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('stable', 'plain')),
    created_at REAL NOT NULL,
    expires_at REAL NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS consents (
    openid TEXT NOT NULL,
    template_id TEXT NOT NULL,
    count INTEGER NOT NULL CHECK (count >= 0),
    PRIMARY KEY (openid, template_id)
);

CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    openid TEXT NOT NULL,
    template_id TEXT NOT NULL,
    page TEXT,
    data TEXT NOT NULL,
    created_at REAL NOT NULL
);

CREATE TABLE IF NOT EXISTS transactions (
    out_trade_no TEXT PRIMARY KEY,
    transaction_id TEXT UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('NOTPAY', 'SUCCESS', 'CLOSED')),
    description TEXT NOT NULL,
    attach TEXT,
    notify_url TEXT NOT NULL,
    openid TEXT NOT NULL,
    total INTEGER NOT NULL,
    paid_total INTEGER,
    content TEXT NOT NULL,
    created_at REAL NOT NULL,
    expires_at REAL,
    paid_at REAL,
    closed_at REAL
);
CREATE INDEX IF NOT EXISTS transactions_by_creation ON transactions (created_at);
CREATE INDEX IF NOT EXISTS transactions_by_payment ON transactions (paid_at);

CREATE TABLE IF NOT EXISTS prepays (
    prepay_id TEXT PRIMARY KEY,
    out_trade_no TEXT NOT NULL,
    created_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS prepays_by_order ON prepays (out_trade_no, created_at);

CREATE TABLE IF NOT EXISTS refunds (
    out_refund_no TEXT PRIMARY KEY,
    refund_id TEXT NOT NULL UNIQUE,
    out_trade_no TEXT NOT NULL,
    refund INTEGER NOT NULL,
    reason TEXT,
    notify_url TEXT,
    status TEXT NOT NULL CHECK (status IN ('PROCESSING', 'SUCCESS', 'ABNORMAL', 'CLOSED')),
    source TEXT NOT NULL CHECK (source IN ('api', 'console')),
    content TEXT NOT NULL,
    created_at REAL NOT NULL,
    finished_at REAL
);
CREATE INDEX IF NOT EXISTS refunds_by_order ON refunds (out_trade_no);
CREATE INDEX IF NOT EXISTS refunds_by_creation ON refunds (created_at);

CREATE TABLE IF NOT EXISTS shippings (
    out_trade_no TEXT PRIMARY KEY,
    content TEXT NOT NULL,
    finished INTEGER NOT NULL,
    uploads INTEGER NOT NULL,
    reminded_at REAL
);

CREATE TABLE IF NOT EXISTS bills (
    token TEXT PRIMARY KEY,
    content BLOB NOT NULL,
    gzip INTEGER NOT NULL,
    created_at REAL NOT NULL
);

CREATE TABLE IF NOT EXISTS notices (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('transaction', 'refund')),
    subject TEXT NOT NULL,
    notify_url TEXT NOT NULL,
    event_type TEXT NOT NULL,
    summary TEXT NOT NULL,
    resource TEXT NOT NULL,
    state TEXT NOT NULL,
    plan TEXT NOT NULL DEFAULT '{}',
    tries INTEGER NOT NULL DEFAULT 0,
    next_at REAL,
    created_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS notices_due ON notices (state, next_at);
CREATE INDEX IF NOT EXISTS notices_by_subject ON notices (subject);
CREATE INDEX IF NOT EXISTS notices_by_creation ON notices (created_at);

CREATE TABLE IF NOT EXISTS attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    notice_id TEXT NOT NULL,
    at REAL NOT NULL,
    milliseconds INTEGER NOT NULL,
    status INTEGER,
    answer TEXT,
    altered INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS attempts_by_notice ON attempts (notice_id);

CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    layer TEXT NOT NULL CHECK (layer IN ('request', 'notice')),
    spec TEXT NOT NULL,
    remaining INTEGER NOT NULL,
    hits INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS modes (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    remaining INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    query TEXT NOT NULL,
    body TEXT NOT NULL,
    status INTEGER NOT NULL,
    code TEXT,
    milliseconds INTEGER NOT NULL
);
