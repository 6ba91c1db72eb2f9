"""The Interaction API in OpenAPI terms: what the connector `cloudevents` reads."""

_text = {"type": "string"}
_assurance = {
    "type": "integer",
    "enum": [1, 2, 3],
    "description": "1 declared, 2 proved by the channel, 3 verified by a document",
}

PERSON = {
    "type": "object",
    "additionalProperties": False,
    "description": "The citizen: who wrote, or to whom it was sent.",
    "properties": {
        **dict.fromkeys(("full_name", "given_name", "surname", "surname2", "address", "postcode", "language"), _text),
        "key": {"type": "string", "description": "The source's own lasting id of this person, if it has one."},
        "birth_date": {"type": "string", "format": "date"},
        "assurance": _assurance,
        "identifiers": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["kind", "value"],
                "properties": {
                    "kind": {"type": "string", "enum": ["national_id", "phone", "email"]},
                    "value": _text,
                    "assurance": _assurance,
                },
            },
        },
    },
}
EVENT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["specversion", "id", "source", "type"],
    "properties": {
        "specversion": {"type": "string", "enum": ["1.0"]},
        "id": {"type": "string", "minLength": 1},
        "source": {"type": "string", "minLength": 1},
        "type": {"type": "string", "minLength": 1, "example": "cat.tracte.interaction"},
        "time": {"type": "string", "format": "date-time"},
        "subject": _text,
        "datacontenttype": _text,
        "dataschema": _text,
        "data": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "direction": {"type": "string", "enum": ["in", "out"]},
                "kind": {"type": "string", "example": "call"},
                **dict.fromkeys(("subject", "text", "topic", "territory", "language"), _text),
                "in_reply_to": {"type": "array", "items": _text},
                "person": PERSON,
                "data": {"type": "object"},
            },
        },
    },
}
_report = {
    "type": "object",
    "required": ["received", "new", "duplicate", "rejected"],
    "properties": {
        **{name: {"type": "integer", "minimum": 0} for name in ("received", "new", "duplicate")},
        "rejected": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["index", "id", "reason"],
                "properties": {"index": {"type": "integer"}, "id": _text, "reason": _text},
            },
        },
    },
}
_problem = {"type": "object", "properties": {"detail": _text}}


def _json(schema: dict, description: str) -> dict:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


INTERACTIONS = {
    "requestBody": {
        "required": True,
        "content": {
            "application/cloudevents+json": {"schema": EVENT},
            "application/cloudevents-batch+json": {"schema": {"type": "array", "items": EVENT}},
            "application/x-ndjson": {"schema": {"type": "string", "description": "One event a line."}},
        },
    },
    "responses": {
        200: _json(_report, "What became of each: new, duplicate or rejected with its reason."),
        400: _json(_problem, "The body broke off."),
        401: _json(_problem, "No live key bound to a channel account."),
        413: _json(_problem, "The body is too large."),
        415: _json(_problem, "Another content type."),
    },
}
