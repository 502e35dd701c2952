-- name: list_departments()
-- All departments; those in use first, in the order of their codes.
SELECT code, name_zh, name_en, level, area, in_use
FROM departments
ORDER BY in_use DESC, code;

-- name: find_department(code)^
-- One department.
SELECT code, name_zh, name_en, level, area, in_use
FROM departments
WHERE code = :code;

-- name: add_department(code, name_zh, name_en, level, area)!
-- A new department. A code that is taken is a conflict.
INSERT INTO departments (code, name_zh, name_en, level, area)
VALUES (:code, :name_zh, :name_en, :level, :area);

-- name: put_in_use(code, in_use)!
-- Whether new matters can be given to it; what it has, it keeps.
UPDATE departments SET in_use = :in_use WHERE code = :code;

-- name: list_seats(code)
-- Who acts or has acted for a department; present ones first.
SELECT seat_id, code, account_id, position, since, ended_on
FROM department_seats
WHERE code = :code
ORDER BY ended_on DESC NULLS FIRST, since, seat_id;

-- name: list_codes_of(account_id)
-- The departments that an account acts for now.
SELECT code FROM department_seats WHERE account_id = :account_id AND ended_on IS NULL ORDER BY code;

-- name: find_seat(seat_id)^
-- One seat, past or present.
SELECT seat_id, code, account_id, position, since, ended_on
FROM department_seats
WHERE seat_id = :seat_id;

-- name: add_seat(seat_id, code, area, account_id, position, since, recorded_by)!
-- Somebody acts for a department from now on. Who already does is a conflict.
INSERT INTO department_seats (seat_id, code, area, account_id, position, since, recorded_by)
VALUES (:seat_id, :code, :area, :account_id, :position, :since, :recorded_by);

-- name: end_seat(seat_id, ended_on)!
-- Somebody acts for a department no more.
UPDATE department_seats SET ended_on = :ended_on WHERE seat_id = :seat_id AND ended_on IS NULL;
