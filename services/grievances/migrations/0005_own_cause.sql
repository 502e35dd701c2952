-- One's own cause, in the second lock. Nobody sees by office what is about them and was filed by another: what an
-- accuser gives never reaches the accused (信访工作条例 Art. 30, 46). And nobody who filed or is a party takes a step.

-- Asks past the policies of dispute_parties, which hide a party's row from that very party.
CREATE FUNCTION is_party(of_dispute uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
RETURN EXISTS (
    SELECT FROM dispute_parties AS p
    WHERE p.dispute_id = of_dispute AND p.person_id = current_setting('linli.actor', true)
);

CREATE POLICY hidden_from_the_accused ON disputes AS RESTRICTIVE FOR SELECT
    USING (filed_by = current_setting('linli.actor', true) OR NOT is_party(dispute_id));
CREATE POLICY hidden_from_the_accused ON dispute_parties AS RESTRICTIVE FOR SELECT
    USING (filed_by = current_setting('linli.actor', true) OR NOT is_party(dispute_id));
CREATE POLICY hidden_from_the_accused ON sessions AS RESTRICTIVE FOR SELECT
    USING (filed_by = current_setting('linli.actor', true) OR NOT is_party(dispute_id));
CREATE POLICY hidden_from_the_accused ON agreements AS RESTRICTIVE FOR SELECT
    USING (filed_by = current_setting('linli.actor', true) OR NOT is_party(dispute_id));

-- Signatures show with their agreement, so they are hidden with it.

CREATE POLICY not_in_the_own_cause ON disputes AS RESTRICTIVE FOR UPDATE
    USING (true) WITH CHECK (filed_by <> current_setting('linli.actor', true) AND NOT is_party(dispute_id));
CREATE POLICY not_in_the_own_cause ON dispute_parties AS RESTRICTIVE FOR UPDATE
    USING (true) WITH CHECK (filed_by <> current_setting('linli.actor', true) AND NOT is_party(dispute_id));
CREATE POLICY not_in_the_own_cause ON sessions AS RESTRICTIVE FOR INSERT
    WITH CHECK (filed_by <> current_setting('linli.actor', true) AND NOT is_party(dispute_id));
CREATE POLICY not_in_the_own_cause ON agreements AS RESTRICTIVE FOR INSERT
    WITH CHECK (filed_by <> current_setting('linli.actor', true) AND NOT is_party(dispute_id));
