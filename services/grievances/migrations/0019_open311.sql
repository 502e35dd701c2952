-- When what Open311 offers was last changed: categories, relations or communities. Clients that have kept the list of
-- services read it anew from then on (the changeset of its discovery document). One row.
CREATE TABLE service_changes (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    changed_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO service_changes DEFAULT VALUES;

CREATE FUNCTION tell_service_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE service_changes SET changed_at = now() WHERE changed_at < now();
    RETURN NULL;
END $$;

CREATE TRIGGER service_added AFTER INSERT ON categories
FOR EACH ROW EXECUTE FUNCTION tell_service_change();
CREATE TRIGGER service_changed AFTER UPDATE ON categories
FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*) EXECUTE FUNCTION tell_service_change();
CREATE TRIGGER service_added AFTER INSERT ON relations
FOR EACH ROW EXECUTE FUNCTION tell_service_change();
CREATE TRIGGER service_changed AFTER UPDATE ON relations
FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*) EXECUTE FUNCTION tell_service_change();
CREATE TRIGGER service_added AFTER INSERT ON divisions
FOR EACH ROW WHEN (new.level = 'community') EXECUTE FUNCTION tell_service_change();
CREATE TRIGGER service_changed AFTER UPDATE ON divisions
FOR EACH ROW WHEN (new.name <> old.name OR new.level <> old.level) EXECUTE FUNCTION tell_service_change();

DO $$
BEGIN
    EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON service_changes FROM %I', current_setting('linli.service_role'));
END $$;
