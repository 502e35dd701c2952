-- Who took a case in for somebody and is complained of, or acts for the body that is, sees nothing of what is written to
-- it afterwards: what an accuser gives never reaches the accused (信访工作条例 Art. 30, 46).
CREATE POLICY hidden_from_the_accused ON comments AS RESTRICTIVE FOR SELECT
    USING (
        NOT (is_against(dispute_id) OR is_respondent(dispute_id))
        OR is_applicant(dispute_id)
        OR is_followed(dispute_id)
    );
