-- The day on which the applicant said that an oral agreement is what was agreed; a written one bears a signature instead.
ALTER TABLE agreements ADD COLUMN confirmed_by_applicant_on date;
