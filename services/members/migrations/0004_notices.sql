-- One row for each fact that leaders were told of; `version` counts them for one dispute.
CREATE TABLE notifications (
    event_id uuid PRIMARY KEY,
    dispute_id uuid NOT NULL,
    version integer NOT NULL,
    notified_at timestamptz NOT NULL,
    UNIQUE (dispute_id, version)
);

-- What a leader finds in their inbox: which dispute, of which category, where. No party's name.
CREATE TABLE notices (
    notice_id uuid PRIMARY KEY,
    event_id uuid NOT NULL REFERENCES notifications,
    level text NOT NULL CHECK (level IN ('household', 'building', 'compound', 'community')),
    recipient_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('dispute.resolved')),
    dispute_id uuid NOT NULL,
    category text NOT NULL,
    area text COLLATE "C" NOT NULL,
    grid_unit_id uuid,
    place text NOT NULL,
    occurred_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    read_at timestamptz,
    UNIQUE (event_id, level)
);
CREATE INDEX notices_by_recipient ON notices (recipient_id, notice_id);
CREATE INDEX notices_unread ON notices (recipient_id, notice_id) WHERE read_at IS NULL;

-- A person sees and marks their own and nobody else's, whatever their role; only the consumer, which sees everything, adds.
ALTER TABLE notices ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_to_read ON notices FOR SELECT USING (recipient_id = current_setting('linli.actor', true));
CREATE POLICY own_to_mark ON notices FOR UPDATE USING (recipient_id = current_setting('linli.actor', true));
CREATE POLICY consumer_adds ON notices FOR INSERT WITH CHECK (current_setting('linli.areas', true) = '*');

ALTER TABLE notifications ENABLE ROW LEVEL SECURITY;
CREATE POLICY consumer_alone ON notifications USING (current_setting('linli.areas', true) = '*');
