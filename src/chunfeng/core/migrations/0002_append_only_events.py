from django.db import migrations

FORWARD = """
CREATE FUNCTION chunfeng_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'audit events are append-only: % on % is refused', TG_OP, TG_TABLE_NAME; END $$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON core_event
    FOR EACH ROW EXECUTE FUNCTION chunfeng_append_only();
"""
BACK = "DROP TRIGGER event_append_only ON core_event; DROP FUNCTION chunfeng_append_only();"


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
