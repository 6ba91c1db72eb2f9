-- table records
-- One appearance of somebody as one source knows them, by the month in which it was first seen. `person` is who that is
-- as the edges stand at the moment of the build. No name, date, place or address: where people are, their interactions say.
SELECT
    to_char(r.first_seen_at AT TIME ZONE 'UTC', 'YYYY-MM') AS month,
    r.source AS account,
    r.assurance,
    coalesce(carried.has_document, false) AS has_document,
    coalesce(carried.has_phone, false) AS has_phone,
    coalesce(carried.has_email, false) AS has_email,
    m.person_id AS person,
    r.id AS record
FROM people_sourcerecord r
LEFT JOIN people_membership m ON m.record_id = r.id AND m.to_seq IS NULL
LEFT JOIN LATERAL (
    SELECT
        bool_or(i.kind = 'national_id') AS has_document,
        bool_or(i.kind = 'phone') AS has_phone,
        bool_or(i.kind = 'email') AS has_email
    FROM people_recordidentifier c JOIN people_identifier i ON i.id = c.identifier_id
    WHERE c.record_id = r.id
) carried ON true
WHERE r.first_seen_at >= %(since)s AND r.first_seen_at < %(until)s
