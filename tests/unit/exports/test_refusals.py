"""Columns that are not known at opening."""

from __future__ import annotations

import pytest

from triage.exports import refusal, snapshot_refusal


@pytest.mark.parametrize(
    "column",
    [
        "resolved_at", "resolved_by", "Resolution", "closed_at", "closed_code", "close_code", "close_notes", "made_sla",
        "reassignment_count", "reopen_count", "sys_mod_count", "sys_created_by", "sys_updated_at", "active", "state",
        "incident_state", "ident_state", "Status", "assignment_group_final", "problem_id", "rfc", "caused_by", "answer",
        "assigned_to", "Assignee", "Owner", "Time to Resolution", "First Response Time", "Customer Satisfaction Rating",
        "LastUpdated", "Time Spent", "Work notes", "n_events", "resolution_hours", "No_of_Reassignments",
        "Handle_Time_hrs", "tag_1", "Fix Version/s", "Lösungstext", "Bearbeiter", "解决时间", "u_priority_confirmation",
        "agent", "Ticket owner", "Support Agent Name", "Diagnosis", "Handled by", "Result", "Action taken",
        "disposition", "worked_by_team", "post-mortem", "RCA", "root_cause", "MTTR", "ttr", "End time", "finished_at",
        "Completed on", "Done", "solved_by", "Solution text", "ResolutionCode", "routed_to", "number_of_updates",
        "number of reopenings", "is_active", "Aktualisiert von", "Mis à jour par", "Actualizado por", "Bijgewerkt door",
        "Ergebnis", "Fehlerursache", "Bearbeitungsstand", "Zugewiesen an", "Maßnahme", "Massnahmen", "Verantwortlicher",
        "Loesung", "Gelöst von", "Abschlusscode", "Eskalationsstufe",
        "Résolution", "résolu le", "Technicien", "Clôturé par", "Solución", "Cerrado por", "Responsable",
        "Solução", "Fechado em", "Responsável",
        "Решение", "Статус", "Закрыто", "结果", "结单人", "完成时间", "处理措施", "处理结果", "根因", "满意度",
        "handled_group", "last_team", "Final queue", "Grupo resolutor", "Fecha cierre", "Situação",
        "Equipe responsável", "担当者", "対応内容", "完了日", "解決策",
        "resolutiondate", "timespent", "aggregatetimespent", "aggregatetimeestimate", "timeoriginalestimate",
        "workratio",         "statuscategorychangedate", "comment.total", "votes.votes",
        "watches.watchCount", "timetracking.timeSpent",
        "Group stations", "Agent interactions", "Total Transfers", "Re-Opened Date", "Time tracked", "Analyst",
        "Anzahl Neuzuweisungen", "Besitzer", "Geschäftsdauer", "Kundenzufriedenheit", "Nombre de suivis",
        "Durée totale", "Réouverture", "Temps de résolution", "Reaperturas", "Cumple SLA", "Encuesta",
        "Tiempo invertido", "Reaberto",
        "Nota da pesquisa", "Tempo gasto", "Analista", "Datum gereed", "Doorlooptijd", "Actie", "Behandelaarsgroep",
        "Rozwiązanie", "Osoba przypisana", "Czas realizacji", "Ponownie otwarte", "Ocena", "Řešitel", "Handläggare",
        "Çözüm", "Atanan kişi", "Просрочено", "Оценка", "Количество возвратов", "Трудозатраты", "Исполнитель",
        "是否超时", "处理时长(分钟)", "重开次数", "SLA違反", "再オープン回数", "ステータス", "対応時間(分)",
        "담당자", "상태", "처리내용", "재접수횟수", "SLA준수", "만족도",
    ],
)  # fmt: skip
def test_column_of_what_happened_later_is_refused(column: str) -> None:
    assert refusal(column)


@pytest.mark.parametrize(
    "column",
    [
        "short_description", "Summary", "category", "subcategory", "u_symptom", "impact", "urgency", "priority",
        "location", "contact_type", "caller_id", "opened_by", "opened_at", "cmdb_ci", "assignment_group", "knowledge",
        "assignment_group_open", "Queue", "Topic_group", "Document", "Affects Version/s", "Issue Type", "Component/s",
        "notify", "Customer Age", "Product Purchased", "language", "number", "business_service", "Agent version",
        "Service owner", "Owner department", "Active Directory domain", "State/Province", "number of users",
        "Business hours", "Тема", "標題", "Anzahl betroffener Anwender", "Nombre de postes", "Prioritäten", "Услуга",
        "Количество пользователей", "Kanał", "Vestiging", "部门", "優先度", "요청자",
        "처리부서", "Surgery",
    ],
)  # fmt: skip
def test_column_of_the_opening_is_not_refused(column: str) -> None:
    assert refusal(column) is None


@pytest.mark.parametrize(
    ("column", "targets"),
    [
        ("urgency", ["priority"]),
        ("Impact", ["urgency"]),
        ("Ticket Priority", ["impact", "urgency"]),
        ("subcategory", ["category"]),
        ("category", ["assignment_group", "subcategory"]),
        ("assignment_group", ["category"]),
    ],
)
def test_snapshot_column_that_tells_a_target_is_refused(column: str, targets: list[str]) -> None:
    assert snapshot_refusal(column, targets)


def test_snapshot_column_that_tells_no_target_is_kept() -> None:
    assert snapshot_refusal("priority", ["assignment_group"]) is None
    assert snapshot_refusal("category", ["priority"]) is None
    assert snapshot_refusal("assignment_group_open", ["assignment_group_final"]) is None
