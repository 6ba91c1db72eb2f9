import pytest
from django.db import connections
from tests.laws import test_rows as law
FAULTS = {
 "noforce": 'ALTER TABLE people_person NO FORCE ROW LEVEL SECURITY',
 "disable": 'ALTER TABLE people_person DISABLE ROW LEVEL SECURITY',
 "extra": 'CREATE POLICY x ON people_person USING (true)',
 "weak": 'ALTER POLICY administration ON people_person USING (administration_id = (SELECT nullif(current_setting(\'tracte.administration\', true), \'\')::uuid) OR true)',
 "check": 'ALTER POLICY administration ON people_person WITH CHECK (true)',
 "partition": 'GRANT SELECT ON channels_interaction_202604 TO tracte_app',
 "newtable": 'CREATE TABLE stray (id int); GRANT SELECT ON stray TO PUBLIC',
 "column": 'CREATE TABLE stray (id int); GRANT SELECT (id) ON stray TO PUBLIC',
 "view": 'CREATE VIEW stray AS SELECT * FROM core_user; GRANT SELECT ON stray TO tracte_app',
 "truncate": 'GRANT TRUNCATE ON core_user TO tracte_app',
 "append": 'GRANT UPDATE ON core_event TO tracte_app',
 "open": 'GRANT INSERT ON django_content_type TO tracte_app',
 "definer": 'CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS $$ SELECT 1 $$',
 "member": 'GRANT pg_read_all_data TO tracte_app',
 "newowned": 'CREATE TABLE stray (id uuid, administration_id uuid)',
}
@pytest.mark.django_db(transaction=True, databases=["default","owner"])
@pytest.mark.parametrize("name", FAULTS)
def test_fault(name, administration, other_administration):
    with connections["owner"].cursor() as c:
        c.execute("select channels_ensure_month('2026-04-01')"); c.execute(FAULTS[name])
    caught=[]
    from django.db import transaction
    for t in (law.test_every_table_is_closed_by_its_policy_or_by_its_rights, law.test_the_application_is_nobody_special, law.test_functions_that_pass_the_policies_are_known):
        with transaction.atomic():
            try: t()
            except AssertionError as e: caught.append((t.__name__[:40], str(e)[:150]))
    for t in (law.test_no_administration_reads_or_writes_a_row_of_another,law.test_without_an_administration_there_are_no_rows):
        with transaction.atomic():
            try: t(*( (administration, other_administration) if t.__code__.co_argcount==2 else (administration,)))
            except Exception as e: caught.append((t.__name__[:40], str(e)[:150])); 
            transaction.set_rollback(True)
    with connections["owner"].cursor() as c:
        if name=="member": c.execute("REVOKE pg_read_all_data FROM tracte_app")
    print(name, caught)
    assert caught
