"""What must be true: no service lies within itself; a translation is made from a text of the same answer."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION knowledge_tree() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Two who move two services at once could each see a tree without the other's loop: one waits for the other.
  PERFORM pg_advisory_xact_lock(hashtext('knowledge.tree' || NEW.administration_id));
  IF EXISTS (
    WITH RECURSIVE up AS (
      SELECT NEW.parent_id AS id, 1 AS depth
      UNION SELECT s.parent_id, up.depth + 1 FROM up JOIN knowledge_service s ON s.id = up.id WHERE up.depth <= 8
    ) SELECT FROM up WHERE id = NEW.id OR (id IS NOT NULL AND depth > 8)
  ) THEN
    RAISE EXCEPTION 'service % would lie within itself, or too deep', NEW.key USING
      ERRCODE = 'check_violation', CONSTRAINT = 'service_tree';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER tree_insert BEFORE INSERT ON knowledge_service
  FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION knowledge_tree();
CREATE TRIGGER tree_update BEFORE UPDATE OF parent_id ON knowledge_service
  FOR EACH ROW WHEN (NEW.parent_id IS DISTINCT FROM OLD.parent_id AND NEW.parent_id IS NOT NULL)
  EXECUTE FUNCTION knowledge_tree();

ALTER TABLE knowledge_answertext ADD CONSTRAINT answer_text_of_answer UNIQUE (answer_id, id);
ALTER TABLE knowledge_answertext ADD CONSTRAINT answer_text_translates_its_own
  FOREIGN KEY (answer_id, translated_from_id) REFERENCES knowledge_answertext (answer_id, id)
  DEFERRABLE INITIALLY DEFERRED;

-- Some words are in most texts and most in few: the planner must know which.
ALTER TABLE knowledge_posting ALTER COLUMN lexeme SET STATISTICS 1000;
"""
BACKWARD = """
ALTER TABLE knowledge_answertext DROP CONSTRAINT answer_text_translates_its_own, DROP CONSTRAINT answer_text_of_answer;
DROP TRIGGER tree_update ON knowledge_service;
DROP TRIGGER tree_insert ON knowledge_service;
DROP FUNCTION knowledge_tree();
"""


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
