"""One worked example for each route of a foreign format; a test sends each and compares. Data only."""

from __future__ import annotations

from triage.api.examples import ANSWER

__all__ = [
    "ALERTMANAGER",
    "ALERTMANAGER_ANSWER",
    "ARROW",
    "CHANGES",
    "CLOUD_EVENT",
    "CLOUD_EVENT_ANSWER",
    "EM_EVENTS",
    "EM_EVENTS_ANSWER",
    "JIRA",
    "JIRA_ANSWER",
    "MAPPED",
    "MAPPED_ANSWER",
    "OPENMETRICS",
    "OTLP",
    "OTLP_ANSWER",
    "PAGERDUTY",
    "PAGERDUTY_ANSWER",
    "PAGERDUTY_CHANGE",
    "PAGERDUTY_CHANGE_ANSWER",
    "PAGERDUTY_FLAG",
    "RECORDS",
    "RECORDS_ANSWER",
    "REMOTE_WRITE",
    "REMOTE_WRITE_HEADERS",
]


# A warning that is over, and three monitors, on one disk: the examples of all routes one after the other.
_ON_DISK: tuple[dict[str, object], ...] = (
    {
        "id": "d22c6cf1",
        "source": "triage.watch",
        "similarity": 1.0,
        "reasons": [],
        "severity": "error",
        "began_at": "2026-11-23T10:00:05Z",
        "ended_at": "2026-11-23T10:00:05Z",
    },
    {
        "id": "1a30ba71cca2921f@2026-11-23T09:58:00Z",
        "source": "alertmanager",
        "similarity": 0.8063,
        "reasons": [{"kind": "entity", "value": "db-1", "weight": 0.9}],
        "severity": "critical",
        "began_at": "2026-11-23T09:58:00Z",
    },
    {
        "id": "815",
        "source": "zabbix",
        "similarity": 0.8612,
        "reasons": [
            {"kind": "entity", "value": "db-1", "weight": 0.9},
            {"kind": "text", "value": "the disk of <entity> is nearly full", "weight": 0.2571},
        ],
        "severity": "error",
        "began_at": "2026-11-23T10:00:05Z",
    },
    {
        "id": "SCOM+db-1+Disk space+D:+Disk Free/1",
        "source": "servicenow.em_event",
        "similarity": 0.8637,
        "reasons": [
            {"kind": "entity", "value": "db-1", "weight": 0.9},
            {"kind": "text", "value": "disk space the disk of <entity> is nearly full", "weight": 0.2571},
        ],
        "severity": "critical",
        "began_at": "2026-11-23T10:00:00Z",
    },
)


def _disk(size: int) -> dict[str, object]:
    return {
        "id": "498fbe8f1baf3d4237947162",
        "state": "open",
        "severity": "critical",
        "size": size,
        "open": size - 1,
        "began_at": "2026-11-23T09:58:00Z",
        "members": list(_ON_DISK[:size]),
    }


def _answers(*items: dict[str, object], truncated: int = 0) -> dict[str, object]:
    return {"items": [{**ANSWER, **item} for item in items], "changes": 0, "ignored": 0, "truncated": truncated}


ALERTMANAGER = {
    "version": "4",
    "groupKey": '{}:{alertname="DiskFull"}',
    "truncatedAlerts": 1,
    "status": "firing",
    "receiver": "triage",
    "groupLabels": {"alertname": "DiskFull"},
    "commonLabels": {"alertname": "DiskFull", "severity": "critical"},
    "commonAnnotations": {},
    "externalURL": "http://alertmanager.example:9093",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "DiskFull", "instance": "db-1:9100", "severity": "critical"},
            "annotations": {"summary": "The disk of db-1 is nearly full"},
            "startsAt": "2026-11-23T09:58:00Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus.example:9090/graph",
            "fingerprint": "1a30ba71cca2921f",
        },
        {
            "status": "resolved",
            "labels": {"alertname": "DiskFull", "instance": "db-2:9100", "severity": "critical"},
            "annotations": {"summary": "The disk of db-2 is nearly full"},
            "startsAt": "2026-11-23T08:00:00Z",
            "endsAt": "2026-11-23T09:59:00Z",
            "generatorURL": "http://prometheus.example:9090/graph",
            "fingerprint": "7c2d01aa34be8f10",
        },
    ],
}
ALERTMANAGER_ANSWER = _answers(
    {"id": "1a30ba71cca2921f@2026-11-23T09:58:00Z", "source": "alertmanager", "group": _disk(2)},
    {
        "id": "7c2d01aa34be8f10@2026-11-23T08:00:00Z",
        "source": "alertmanager",
        "state": "resolved",
        "group": {
            "id": "f717778449c06331598f006d",
            "state": "resolved",
            "severity": "critical",
            "size": 1,
            "open": 0,
            "began_at": "2026-11-23T08:00:00Z",
            "ended_at": "2026-11-23T10:00:05Z",
            "members": [
                {
                    "id": "7c2d01aa34be8f10@2026-11-23T08:00:00Z",
                    "source": "alertmanager",
                    "similarity": 1.0,
                    "reasons": [],
                    "severity": "critical",
                    "began_at": "2026-11-23T08:00:00Z",
                    "ended_at": "2026-11-23T10:00:05Z",
                }
            ],
        },
    },
    truncated=1,
)

PAGERDUTY = {
    "routing_key": "0123456789abcdef0123456789abcdef",
    "event_action": "trigger",
    "dedup_key": "db-1/disk",
    "payload": {
        "summary": "The disk of db-1 is nearly full",
        "source": "db-1",
        "severity": "critical",
        "timestamp": "2026-11-23T10:00:00Z",
        "component": "postgres",
        "custom_details": {"free": "2 %"},
    },
}
PAGERDUTY_ANSWER = {"status": "success", "message": "Event processed", "dedup_key": "db-1/disk"}
PAGERDUTY_FLAG = {
    "routing_key": "0123456789abcdef0123456789abcdef",
    "payload": {"summary": "New checkout switched on for 5 %", "source": "flags"},
}
PAGERDUTY_CHANGE = {
    "routing_key": "0123456789abcdef0123456789abcdef",
    "payload": {"summary": "Deploy 1.4 of shop", "source": "ci", "timestamp": "2026-11-23T09:55:00Z"},
}
PAGERDUTY_CHANGE_ANSWER = {"status": "success", "message": "Change event processed"}
# With ?limit=1.
CHANGES = {
    "items": [
        {
            "id": "a6c7c3f66252ee65ac735078f70e6496",
            "source": "pagerduty.3eb1bd43",
            "received_at": "2026-11-23T10:00:05Z",
            "occurred_at": "2026-11-23T09:55:00Z",
            "summary": "Deploy 1.4 of shop",
            "labels": {
                "title": "Deploy 1.4 of shop",
                "summary": "Deploy 1.4 of shop",
                "source": "ci",
                "timestamp": "2026-11-23T09:55:00Z",
            },
        }
    ],
    "next": "MToy",
}

EM_EVENTS = {
    "records": [
        {
            "source": "SCOM",
            "node": "db-1",
            "type": "Disk space",
            "resource": "D:",
            "metric_name": "Disk Free",
            "severity": "1",
            "description": "The disk of db-1 is nearly full",
            "additional_info": '{"team": "storage"}',
            "time_of_event": "2026-11-23 10:00:00",
        }
    ]
}
EM_EVENTS_ANSWER = _answers(
    {"id": "SCOM+db-1+Disk space+D:+Disk Free/1", "source": "servicenow.em_event", "group": _disk(4)}
)

RECORDS = {
    "result": [
        {
            "number": "INC0020001",
            "short_description": "VPN down since this morning",
            "opened_at": "2026-11-23 09:30:00",
            "contact_type": "phone",
            "state": {"display_value": "In Progress", "value": "2"},
            "caller_id": {"link": "https://desk.example/api/now/table/sys_user/5", "value": "5"},
        }
    ]
}
RECORDS_ANSWER = _answers({"id": "INC0020001", "source": "servicenow", "state": "acknowledged"})

JIRA = {
    "webhookEvent": "jira:issue_created",
    "timestamp": 1795428000000,
    "issue": {
        "id": "10002",
        "key": "OPS-7",
        "fields": {
            "summary": "VPN down since this morning",
            "description": {
                "type": "doc",
                "version": 1,
                "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Nobody in Bonn gets in."}]}],
            },
            "priority": {"name": "High"},
            "status": {"name": "Open", "statusCategory": {"key": "new"}},
            "created": "2026-11-23T10:00:00.000+0000",
        },
    },
}
JIRA_ANSWER = _answers({"id": "OPS-7", "source": "jira"})

CLOUD_EVENT = {
    "specversion": "1.0",
    "id": "A234-1234-1234",
    "source": "/desk",
    "type": "org.example.ticket.opened",
    "time": "2026-11-23T10:00:00Z",
    "datacontenttype": "application/json",
    "data": {"title": "VPN down since this morning", "site": "Bonn"},
}
CLOUD_EVENT_ANSWER = _answers({"id": "A234-1234-1234", "source": "/desk"})

# Read by [intake.zabbix] with id = "event.id", title = "event.name", state = "event.status", labels.host = "host.name".
MAPPED = {
    "event": {"id": "815", "name": "The disk of db-1 is nearly full", "status": "PROBLEM"},
    "host": {"name": "db-1"},
}
MAPPED_ANSWER = _answers({"id": "815", "source": "zabbix", "group": _disk(3)})

OPENMETRICS = (
    "# TYPE node_load1 gauge\n"
    'node_load1{instance="web-2",job="node"} 0.4 1795428000\n'
    'node_load1{instance="web-3",job="node"} 0.2 1795428000\n'
    "# EOF\n"
)

# web-2, cpu, 2026-11-23T10:00:00Z, 0.4: a stream of one record batch, with times of Arrow's own type.
ARROW = (
    "/////xABAAAQAAAAAAAKAAwABgAFAAgACgAAAAABBAAEAAAAjP///wQAAAAEAAAAuAAAAHwAAAA4AAAABAAAAGj///8AAAEDEAAAABwAAAAEAA"
    "AAAAAAAAUAAAB2YWx1ZQAGAAgABgAGAAAAAAACAJj///8AAAEKEAAAACQAAAAEAAAAAAAAAAkAAAB0aW1lc3RhbXAAAAAIAAgAAAAEAAgAAAAE"
    "AAAAAwAAAFVUQwDY////AAABBRAAAAAYAAAABAAAAAAAAAAGAAAAbWV0cmljAADI////EAAUAAgABgAHAAwAAAAQABAAAAAAAAEFEAAAABwAAA"
    "AEAAAAAAAAAAYAAABlbnRpdHkAAAQABAAEAAAAAAAAAP////84AQAAFAAAAAAAAAAMABYABgAFAAgADAAMAAAAAAMEABgAAAAwAAAAAAAAAAAA"
    "CgAYAAwABAAIAAoAAAC8AAAAEAAAAAEAAAAAAAAAAAAAAAoAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAgAAAAAAAAABQAAAA"
    "AAAAAQAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAIAAAAAAAAABgAAAAAAAAAAwAAAAAAAAAgAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAIAAAAAAAA"
    "ACgAAAAAAAAAAAAAAAAAAAAoAAAAAAAAAAgAAAAAAAAAAAAAAAQAAAABAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAA"
    "AAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAUAAAB3ZWItMgAAAAAAAAADAAAAY3B1AAAAAACgDgRrAAAAAJqZmZmZmdk//////wAAAAA="
)

# prometheus.WriteRequest, packed by snappy: up{instance="db-1:9100",job="node"} 1 at 2026-11-23T10:00:00Z.
REMOTE_WRITE = "SPBHCkYKDgoIX19uYW1lX18SAnVwChUKCGluc3RhbmNlEglkYi0xOjkxMDAKCwoDam9iEgRub2RlEhAJAAAAAAAA8D8QgMLkvqA0"
REMOTE_WRITE_HEADERS = {"content-encoding": "snappy", "x-prometheus-remote-write-version": "0.1.0"}

OTLP = {
    "resourceMetrics": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
            "scopeMetrics": [
                {
                    "metrics": [
                        {
                            "name": "queue.length",
                            "unit": "1",
                            "gauge": {"dataPoints": [{"asInt": "7", "timeUnixNano": "1795428000000000000"}]},
                        }
                    ]
                }
            ],
        }
    ]
}
OTLP_ANSWER: dict[str, object] = {}
