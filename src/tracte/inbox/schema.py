"""The Cases API in OpenAPI terms."""

from typing import Any

from tracte.channels.schema import _json, _problem, _text

LANGUAGES = ("ca", "es", "oc", "en")
CASE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["key", "service", "asked"],
    "properties": {
        "key": {
            "type": "string",
            "pattern": "^[!-~]{1,200}$",
            "description": "Yours, of this case: sent again, it is the same case.",
        },
        "service": {"type": "string", "description": "The key of a service that this account offers."},
        "asked": {"type": "string", "minLength": 1, "maxLength": 10000},
        "fields": {
            "type": "object",
            "description": "What was filled in of the service's form.",
            "additionalProperties": {"type": ["string", "number"]},
        },
        "place": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "territory": {"type": "string", "description": "A code of the vocabulary of territories."},
                "address": {"type": "string", "maxLength": 300},
                "latitude": {"type": "number", "minimum": -90, "maximum": 90},
                "longitude": {"type": "number", "minimum": -180, "maximum": 180},
            },
        },
        "answer": {
            "type": "object",
            "additionalProperties": False,
            "description": "Where and in which language the answer is wanted; it is fixed from now on.",
            "properties": {
                "email": {"type": "string", "format": "email", "maxLength": 254},
                "language": {"type": "string", "enum": [*LANGUAGES]},
            },
        },
    },
}
_opened = {
    "type": "object",
    "required": ["id", "number", "is_new", "unit", "due_at", "derivation"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "number": {"type": "string", "example": "0002K-7"},
        "is_new": {"type": "boolean"},
        "unit": {
            "type": "object",
            "required": ["code", "name"],
            "properties": {"code": _text, "name": _text},
        },
        "due_at": {"type": ["string", "null"], "format": "date-time"},
        "derivation": {
            "type": ["object", "null"],
            "required": ["since", "amount", "unit", "calendar", "skipped"],
            "properties": {
                "since": {"type": "string", "format": "date-time"},
                "amount": {"type": "integer"},
                "unit": {"type": "string", "enum": ["working_hours", "working_days", "calendar_days", "months"]},
                "calendar": _text,
                "skipped": {"type": "array", "items": {"type": "array", "items": _text}},
            },
        },
    },
}
CASES = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": CASE}}},
    "responses": {
        200: _json(_opened, "The case: opened now, or by the same key before."),
        400: _json(_problem, "The body cannot be read, or broke off."),
        401: _json(_problem, "No live key bound to a channel account."),
        413: _json(_problem, "The body is too large."),
        415: _json(_problem, "Another content type."),
        422: _json(_problem, "Something in it is missing, unknown or wrong."),
    },
}
