-- Who complained may ask for a review (信访工作条例 Art. 35, 36), also without an account: with the number and secret of the
-- case that was referred. Nothing else of a referral changes by the secret.
ALTER POLICY worked_on ON referrals USING (
    visible_area(area)
    OR filed_by = current_setting('linli.actor', true)
    OR complainant_id = current_setting('linli.actor', true)
    OR holds_referral(referral_id)
    OR is_followed(dispute_id)
);
ALTER POLICY not_in_the_own_cause ON referrals WITH CHECK (
    CASE
        WHEN is_followed(dispute_id) THEN state = 'contested'
        ELSE
            complainant_id IS DISTINCT FROM current_setting('linli.actor', true)
            OR state = 'contested' OR outcome = 'withdrawn'
    END
);
