-- name: add_seat(seat_id, area, body, account_id, since, recorded_by)!
-- Give an account a seat; an account has one seat of a body at a time.
INSERT INTO seats (seat_id, area, body, account_id, since, recorded_by)
VALUES (:seat_id, :area, :body, :account_id, :since, :recorded_by);

-- name: lock_seat(seat_id)^
-- One seat, to end it.
SELECT seat_id, area, body, account_id, since, recorded_by, ended_on
FROM seats
WHERE seat_id = :seat_id
FOR NO KEY UPDATE;

-- name: end_seat(seat_id, ended_on)!
-- From this day the account no longer acts for the body.
UPDATE seats SET ended_on = :ended_on WHERE seat_id = :seat_id;

-- name: list_seats(prefix, after_since, after_id, count)
-- A page of the seats of an area, those that have ended among them, in the order in which they began.
SELECT seat_id, area, body, account_id, since, recorded_by, ended_on
FROM seats
WHERE area ^@ :prefix
    AND (:after_since::date IS NULL OR (since, seat_id) > (:after_since::date, :after_id::uuid))
ORDER BY since, seat_id
LIMIT :count;

-- name: list_bodies_of_account(account_id)
-- For which bodies of which communities an account acts now.
SELECT area, body
FROM seats
WHERE account_id = :account_id AND ended_on IS NULL
ORDER BY area, body;

-- name: has_account(area, body)$
-- Whether anybody acts for this body of this community now.
SELECT EXISTS (SELECT FROM seats WHERE area = :area AND body = :body AND ended_on IS NULL);

-- name: find_freedom(account_id, area)^
-- Whether the account is nobody's staff in this community as a mediator: whatever its offices, or without any.
SELECT
    :account_id = ANY (i.independent_ids) AS in_any_office,
    :account_id = ANY (i.registered_ids) AS without_office
FROM independents_of(:area, 'workstation') AS i;
