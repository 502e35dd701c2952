-- What parties agreed on (人民调解法 Art. 28–30), sealed. A dispute that was reopened may come to a second one.
-- `area` and `filed_by` repeat the dispute's.
CREATE TABLE agreements (
    agreement_id uuid PRIMARY KEY,
    dispute_id uuid NOT NULL REFERENCES disputes,
    area text NOT NULL,
    filed_by text NOT NULL,
    form text NOT NULL,
    terms_sealed bytea NOT NULL,
    reached_on date NOT NULL,
    effective_on date NOT NULL,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX agreements_of_dispute ON agreements (dispute_id, recorded_at);

-- Who signed a written one, on which day (Art. 29).
CREATE TABLE agreement_signatures (
    agreement_id uuid NOT NULL REFERENCES agreements,
    signer text NOT NULL,
    signed_on date NOT NULL,
    PRIMARY KEY (agreement_id, signer)
);

ALTER TABLE agreements ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON agreements FOR SELECT
    USING (visible_area(area) OR filed_by = current_setting('linli.actor', true));
CREATE POLICY recorded ON agreements FOR INSERT WITH CHECK (visible_area(area));
CREATE POLICY worked_on ON agreements FOR UPDATE USING (visible_area(area));

ALTER TABLE agreement_signatures ENABLE ROW LEVEL SECURITY;
CREATE POLICY with_its_agreement ON agreement_signatures
    USING (EXISTS (SELECT FROM agreements AS a WHERE a.agreement_id = agreement_signatures.agreement_id));

DO $$
BEGIN
    EXECUTE format(
        'REVOKE DELETE ON agreements, agreement_signatures FROM %I', current_setting('linli.service_role')
    );
END $$;
