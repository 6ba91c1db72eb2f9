-- table accounts
-- The doors, so that records and interactions can be told apart by channel.
SELECT a.key AS channel, a.kind, a.id AS account
FROM channels_account a

-- table interactions
-- What happened, by the month in which it happened. To the minute: finer, the moment itself would name an interaction.
-- `length` counts bytes; neither text nor subject leave.
SELECT
    to_char(i.at AT TIME ZONE 'UTC', 'YYYY-MM') AS month,
    a.key AS channel,
    i.kind,
    i.direction,
    topic.code AS topic,
    territory.code AS territory,
    i.language,
    i.flags,
    date_trunc('minute', i.at) AS happened_at,
    octet_length(i.text) AS length,
    i.record_id AS record,
    i.id AS interaction
FROM channels_interaction i
JOIN channels_account a ON a.id = i.account_id
LEFT JOIN vocabularies_concept topic ON topic.id = i.topic_id
LEFT JOIN vocabularies_concept territory ON territory.id = i.territory_id
WHERE i.at >= %(since)s AND i.at < %(until)s
