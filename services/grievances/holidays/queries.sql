-- name: lock_years()!
-- One load at a time; readers go on.
LOCK TABLE holiday_years IN SHARE ROW EXCLUSIVE MODE;

-- name: list_years()
-- The years that the table speaks for, and where each comes from.
SELECT year, source FROM holiday_years ORDER BY year;

-- name: list_days(year)
-- The days of one year that differ from the week's own rhythm.
SELECT day, is_working, name
FROM holidays
WHERE day BETWEEN make_date(:year, 1, 1) AND make_date(:year, 12, 31)
ORDER BY day;

-- name: forget_days(year)!
-- Make room for a year's new table.
DELETE FROM holidays WHERE day BETWEEN make_date(:year, 1, 1) AND make_date(:year, 12, 31);

-- name: save_year(year, source, days, workings, names)!
-- Store a year's table whole.
WITH told AS (
    INSERT INTO holiday_years (year, source) VALUES (:year, :source)
    ON CONFLICT (year) DO UPDATE SET source = excluded.source
)

INSERT INTO holidays (day, is_working, name)
SELECT d.day, d.is_working, d.name
FROM unnest(:days::date [], :workings::boolean [], :names::text []) AS d (day, is_working, name);
