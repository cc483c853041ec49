"""One worked example of request and answer per route; a test sends each and compares. Data only."""

from __future__ import annotations

__all__ = [
    "ANSWER",
    "DEAD_LETTER",
    "DEAD_LETTERS",
    "EDIT",
    "EDITED_LETTER",
    "FEEDBACK",
    "FEEDBACK_ANSWER",
    "GROUP",
    "GROUPS",
    "HEALTH",
    "INCIDENT",
    "INCIDENTS",
    "LIST_ANSWER",
    "METRICS",
    "METRICS_ANSWER",
    "MODEL",
    "MODELS",
    "OUTCOME",
    "OUTCOME_ANSWER",
    "PAGE",
    "READINESS",
    "WARNING",
    "WARNINGS",
    "WARNING_ANSWER",
]

_PREDICTION = {
    "label": "network",
    "probability": 0.97,
    "decision": "auto",
    "held": "",
    "why": "0.97 is at or above the threshold 0.9 that keeps the promised precision of 0.95.",
    "top": [{"label": "network", "probability": 0.97}, {"label": "hardware", "probability": 0.03}],
    "reasons": [{"kind": "term", "name": "vpn", "value": "", "contribution": 2.25}],
    "would_help": {"field": "category", "gain": 0.0125},
    "model": {"name": "desk", "version": "1"},
}

INCIDENT = {
    "id": "INC0012345",
    "source": "service-desk",
    "opened_at": "2026-11-23T10:00:00Z",
    "title": "VPN down since this morning",
    "labels": {"site": "Bonn"},
}
ANSWER = {
    "id": "INC0012345",
    "source": "service-desk",
    "status": "created",
    "revision": 1,
    "state": "open",
    "received_at": "2026-11-23T10:00:05Z",
    "degraded": "",
    "predictions": {"assignment_group": _PREDICTION},
    "risks": {
        "breach": {
            "probability": 0.31,
            "reasons": [{"kind": "field", "name": "site", "value": "Bonn", "contribution": -0.5}],
            "model": {"name": "desk", "version": "1"},
        }
    },
    "duration": {
        "median_h": 3.5,
        "interval_80_h": [0.5, 24.0],
        "interval_90_h": [0.25, 48.0],
        "at_most_80_h": 12.0,
        "at_most_90_h": 24.0,
        "model": {"name": "desk", "version": "1"},
    },
    "precedents": [
        {
            "id": "INC0010007",
            "similarity": 0.82,
            "opened_at": "2026-10-05T08:30:00Z",
            "labels": {"assignment_group": "network"},
            "fix": "Certificate of the gateway renewed.",
            "hours": 2.5,
            "reopened": False,
            "model": {"name": "desk", "version": "1"},
        }
    ],
    "duplicate": {"id": "INC0010007", "probability": 0.12},
    "suggested_fix": {
        "text": "Certificate of the gateway renewed.",
        "id": "INC0010007",
        "precedents": 1,
        "reopened": 0,
    },
    "contradictions": [],
}

INCIDENTS = [
    {"id": "INC0012346", "source": "service-desk", "title": "VPN asks for the password again and again"},
    {"id": "INC0012347", "source": "service-desk", "title": "No VPN at home", "opened_at": "yesterday"},
]
LIST_ANSWER = {
    "items": [
        {"status": 201, "answer": {**ANSWER, "id": "INC0012346"}},
        {
            "status": 422,
            "problem": {
                "type": "urn:triage:problem:data-error",
                "title": "Data error",
                "status": 422,
                "detail": "The incident has fields that cannot be used.",
                "problems": [
                    {
                        "where": "opened_at",
                        "message": "must be ISO 8601, such as 2026-11-23T10:00:00Z (without a zone it is UTC)",
                        "rows": [],
                        "got": "yesterday",
                    }
                ],
            },
        },
    ]
}
# With ?limit=1, as the OpenAPI document leaves out whatever is null.
PAGE = {"items": [{**ANSWER, "id": "INC0012346"}], "next": "MTo4"}

GROUP: dict[str, object] = {
    "id": "d41848e23ed8d4916c85c2f2",
    "state": "resolved",
    "severity": "critical",
    "size": 2,
    "open": 0,
    "began_at": "2026-11-23T09:40:05Z",
    "ended_at": "2026-11-23T09:50:05Z",
    "members": [
        {
            "id": "shop-db-1/slow",
            "source": "monitor",
            "similarity": 1.0,
            "reasons": [],
            "severity": "critical",
            "began_at": "2026-11-23T09:40:05Z",
            "ended_at": "2026-11-23T09:50:05Z",
        },
        {
            "id": "shop-web-1/slow",
            "source": "monitor",
            "similarity": 0.7713,
            "reasons": [
                {"kind": "burst", "value": "<entity> is slow", "weight": 0.7322},
                {"kind": "scope", "value": "shop", "weight": 0.6956},
            ],
            "severity": "critical",
            "began_at": "2026-11-23T09:42:05Z",
            "ended_at": "2026-11-23T09:50:05Z",
        },
    ],
}
# With ?limit=1, as that of incidents.
GROUPS: dict[str, object] = {"items": [GROUP], "next": "MToy"}

FEEDBACK = {"id": "INC0012345", "target": "assignment_group", "label": "hardware", "by": "ada"}
FEEDBACK_ANSWER = {
    "id": "INC0012345",
    "source": "service-desk",
    "target": "assignment_group",
    "label": "hardware",
    "by": "ada",
    "given_at": "2026-11-23T10:00:05Z",
}

OUTCOME = {
    "id": "INC0012345",
    "by": "service-desk",
    "known_at": "2026-11-23T14:30:00Z",
    "labels": {"assignment_group": "network"},
    "resolution": "Gateway restarted",
}
OUTCOME_ANSWER = {
    "id": "INC0012345",
    "source": "service-desk",
    "by": "service-desk",
    "labels": {
        "resolution": {"value": "Gateway restarted", "known_at": "2026-11-23T14:30:00Z", "is_ours": False},
        "assignment_group": {"value": "network", "known_at": "2026-11-23T14:30:00Z", "is_ours": False},
    },
}

METRICS = {
    "entity": ["web-1", "db-1", "db-1", "web-1"],
    "metric": ["errors", "cpu", "cpu", "errors"],
    "timestamp": ["2026-11-23T10:00:00Z", "2026-11-23T10:01:00Z", "2026-11-23T10:16:00Z", "2026-11-23T10:16:00Z"],
    "value": [0.93, 0.99, 0.31, None],
}
METRICS_ANSWER = {"accepted": 3, "ignored": 1, "warnings": ["a6de4546", "d22c6cf1"]}
WARNING = {
    "id": "d22c6cf1",
    "entity": "db-1",
    "opened_at": "2026-11-23T10:01:00Z",
    "closed_at": "2026-11-23T10:16:00Z",
    "score": 0.99,
    "causes": [{"metric": "cpu", "contribution": 1.0}],
    "suspects": [],
    "why": "cpu is as unusual as in one of 100 steps.",
    "part_of": "",
    "size": 1,
    "similarity": 1.0,
    "reasons": [],
    "forecast": {
        "probability": 0.64,
        "within": [
            {"seconds": 900.0, "probability": 0.24},
            {"seconds": 1800.0, "probability": 0.45},
            {"seconds": 3600.0, "probability": 0.64},
        ],
        "expected_s": 1240.0,
        "earliest_s": 240.0,
        "latest_s": 3000.0,
    },
    "saturation": {
        "metric": "cpu",
        "limit": 1.0,
        "level": 0.9,
        "slope": 0.3,
        "expected_at": "2026-11-23T10:21:00Z",
        "earliest_at": "2026-11-23T10:16:00Z",
        "latest_at": "2026-11-23T10:31:00Z",
    },
    "incident": {"id": "d22c6cf1", "source": "triage.watch"},
}
# With ?limit=1, as that of incidents.
WARNINGS = {"items": [WARNING], "next": "MToy"}
# The warning is over, and with it the group that it began.
WARNING_GROUP: dict[str, object] = {
    "id": "498fbe8f1baf3d4237947162",
    "state": "resolved",
    "severity": "error",
    "size": 1,
    "open": 0,
    "began_at": "2026-11-23T10:00:05Z",
    "ended_at": "2026-11-23T10:00:05Z",
    "members": [
        {
            "id": "d22c6cf1",
            "source": "triage.watch",
            "similarity": 1.0,
            "reasons": [],
            "severity": "error",
            "began_at": "2026-11-23T10:00:05Z",
            "ended_at": "2026-11-23T10:00:05Z",
        }
    ],
}
WARNING_ANSWER = {
    **WARNING,
    "root_causes": [],
    "triage": {
        **ANSWER,
        "id": "d22c6cf1",
        "source": "triage.watch",
        "status": "updated",
        "revision": 2,
        "state": "resolved",
        "group": WARNING_GROUP,
    },
}

DEAD_LETTER = {
    "number": 2,
    "destination": "desk",
    "id": "INC0012340",
    "source": "service-desk",
    "revision": 1,
    "kind": "event",
    "attempts": 1,
    "reason": "422 Unprocessable Entity: assignment_group is mandatory",
    "buried_at": "2026-11-23T10:00:05Z",
    "received_at": "2026-11-23T10:00:05Z",
    "labels": {"title": "VPN down since this morning"},
    "edited": False,
    "fields": {},
}
# With ?limit=1, as that of incidents.
DEAD_LETTERS = {"items": [DEAD_LETTER], "next": "MToy"}
EDIT = {"labels": {"title": "VPN down since this morning"}, "fields": {"assignment_group": "network"}}
EDITED_LETTER = {**DEAD_LETTER, "edited": True, "fields": {"assignment_group": "network"}}

MODEL = {
    "name": "desk",
    "version": "1",
    "targets": ["assignment_group"],
    "loaded_at": "2026-11-23T09:00:00Z",
    "refused": "",
    "withdrawn": [],
}
MODELS = {"items": [MODEL]}
HEALTH = {"status": "alive"}
READINESS = {"status": "ready", "models": [{"name": "desk", "version": "1"}], "degraded": []}
