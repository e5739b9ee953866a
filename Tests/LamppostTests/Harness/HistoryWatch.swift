import PostgreSQL

/// Holds every test to it that a change of a request leaves a row in its history, in the same transaction: whatever use
/// case forgets it fails where it commits. A version alone may rise where only counts changed. What tests arrange as
/// superuser is not looked at.
enum HistoryWatch {
  static let statements: [SQL] = [
    """
    CREATE FUNCTION test_history_watch() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      request bigint := CASE TG_TABLE_NAME WHEN 'requests' THEN (to_jsonb(NEW) ->> 'id')::bigint
                                           ELSE (to_jsonb(NEW) ->> 'request_id')::bigint END;
      looked_at text[] := ARRAY['status', 'title', 'description', 'category_id', 'priority', 'location', 'address',
        'visibility', 'assignee_id', 'department_id', 'tags'];
      old_values jsonb;
    BEGIN
      IF current_user NOT IN ('lamppost_app', 'lamppost_worker') THEN RETURN NULL; END IF;
      IF TG_OP = 'UPDATE' THEN
        old_values := to_jsonb(OLD);
        IF NOT EXISTS (SELECT 1 FROM unnest(looked_at) name WHERE old_values -> name IS DISTINCT FROM to_jsonb(NEW) -> name)
        THEN RETURN NULL; END IF;
      END IF;
      IF NOT EXISTS (SELECT 1 FROM request_events e WHERE e.tenant_id = NEW.tenant_id AND e.request_id = request
                        AND e.xact = pg_current_xact_id_if_assigned()) THEN
        RAISE EXCEPTION '% of % without a row of history', TG_OP, TG_TABLE_NAME;
      END IF;
      RETURN NULL;
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER test_history_watch AFTER INSERT OR UPDATE ON requests DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION test_history_watch()
    """,
    """
    CREATE CONSTRAINT TRIGGER test_history_watch AFTER INSERT ON comments DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION test_history_watch()
    """,
    """
    CREATE CONSTRAINT TRIGGER test_history_watch AFTER INSERT ON attachments DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION test_history_watch()
    """,
  ]
}
