"""What somebody must answer: conversations with their turns, cases, and what people do with them."""

from tracte.inbox.models.alarms import Alarm, Digest, DigestMail, DigestReader, Notice, Watch
from tracte.inbox.models.bulk import BulkAct, BulkOrder, BulkOutcome, BulkTarget
from tracte.inbox.models.cases import Case, CaseClosure, CaseOrigin, CaseReopening, Count, Step
from tracte.inbox.models.conversation import Assignment, Closure, Conversation, Reopening, Snooze, Turn
from tracte.inbox.models.jobs import Job, JobFinish
from tracte.inbox.models.opinions import Asking, Opinion, Remark, Silence
from tracte.inbox.models.promises import Pause, Promise
from tracte.inbox.models.referring import Referral
from tracte.inbox.models.sharing import Availability, Hand, Sharing, Skill
from tracte.inbox.models.topics import TopicLabel, TopicModel
from tracte.inbox.models.viewing import SavedView
from tracte.inbox.models.writing import Draft, Mention, Note, Presence, Template

__all__ = [
    "Alarm",
    "Asking",
    "Assignment",
    "Availability",
    "BulkAct",
    "BulkOrder",
    "BulkOutcome",
    "BulkTarget",
    "Case",
    "CaseClosure",
    "CaseOrigin",
    "CaseReopening",
    "Closure",
    "Conversation",
    "Count",
    "Digest",
    "DigestMail",
    "DigestReader",
    "Draft",
    "Hand",
    "Job",
    "JobFinish",
    "Mention",
    "Note",
    "Notice",
    "Opinion",
    "Pause",
    "Presence",
    "Promise",
    "Referral",
    "Remark",
    "Reopening",
    "SavedView",
    "Sharing",
    "Silence",
    "Skill",
    "Snooze",
    "Step",
    "Template",
    "TopicLabel",
    "TopicModel",
    "Turn",
    "Watch",
]
