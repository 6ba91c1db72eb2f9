"""The first answer that a person gave, where it was given in the period: of conversations and of cases.

Not what could not be delivered or was taken back, and nothing automatic. Read from the answers of the period.
"""

from __future__ import annotations

from tracte.desk.reports.period import WHOSE

CONVERSATIONS = f"""
SELECT v.opened_at, t.at, d.language FROM inbox_turn t
JOIN channels_dispatch d ON d.id = t.dispatch_id AND d.by_id IS NOT NULL AND d.state NOT IN ('failed', 'recalled')
JOIN inbox_conversation v ON v.id = t.conversation_id AND {WHOSE}
WHERE t.dispatch_id IS NOT NULL AND t.at >= %s::timestamptz AND t.at < %s::timestamptz AND NOT EXISTS (
  SELECT FROM inbox_turn e JOIN channels_dispatch f ON f.id = e.dispatch_id AND f.by_id IS NOT NULL
    AND f.state NOT IN ('failed', 'recalled')
  WHERE e.conversation_id = t.conversation_id AND (e.at, e.interaction) < (t.at, t.interaction))
"""
CASES = f"""
SELECT v.opened_at, p.at, d.language FROM inbox_step p
JOIN channels_dispatch d ON d.id = p.dispatch_id AND d.by_id IS NOT NULL AND d.state NOT IN ('failed', 'recalled')
JOIN inbox_case v ON v.id = p.case_id AND {WHOSE}
WHERE p.what = 'answered' AND p.at >= %s::timestamptz AND p.at < %s::timestamptz AND NOT EXISTS (
  SELECT FROM inbox_step e JOIN channels_dispatch f ON f.id = e.dispatch_id AND f.by_id IS NOT NULL
    AND f.state NOT IN ('failed', 'recalled')
  WHERE e.case_id = p.case_id AND e.what = 'answered' AND (e.at, e.id) < (p.at, p.id))
"""
