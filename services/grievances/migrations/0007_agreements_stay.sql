-- What was agreed and signed is evidence: it stays as it was written, and who filed reads it and writes nothing.
DROP POLICY worked_on ON agreements;

DROP POLICY with_its_agreement ON agreement_signatures;
CREATE POLICY seen ON agreement_signatures FOR SELECT
    USING (EXISTS (SELECT FROM agreements AS a WHERE a.agreement_id = agreement_signatures.agreement_id));
CREATE POLICY recorded ON agreement_signatures FOR INSERT
    WITH CHECK (EXISTS (
        SELECT FROM agreements AS a
        WHERE a.agreement_id = agreement_signatures.agreement_id
            AND visible_area(a.area)
            AND a.filed_by <> current_setting('linli.actor', true)
    ));

DO $$
BEGIN
    EXECUTE format(
        'REVOKE UPDATE ON agreements, agreement_signatures FROM %I', current_setting('linli.service_role')
    );
END $$;
