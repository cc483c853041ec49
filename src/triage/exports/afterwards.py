"""Words in the names of columns that are filled in after opening, by language. Names only: no values are looked at."""

from __future__ import annotations

import re

from triage.exports.canonical import any_word

__all__ = ["AFTERWARDS", "AFTERWARDS_UNSPACED", "ASSIGNED_TO", "ASSIGNED_TO_UNSPACED", "CHANGED", "COUNTED"]

# Words of names in scripts that part words by spaces, canonical (see `canonical`): accents are gone, й is и, but ł
# stays. Several languages write the same word the same way; it stands under the first of them.
_ASSIGNED_TO = {
    "English": r"""assigned_(?:to|agent) | assignee | technician | resolver | (?:handled|handling|worked)_\w+ | routed |
        (?:last|final|current|closing)_(?:group|team|queue) | analyst""",
    "German": r"bearbeiter\w* | zugewiesen\w* | verantwortlich\w* | besitzer | ticketbesitzer | zustandiger?",
    "French": r"technicien\w* | responsable | traite_par | attribue\w* | affecte_a | intervenant",
    "Spanish": r"asignad[oa]\w* | resolutor\w* | tecnico | analista | agente",
    "Portuguese": r"responsavel | atribuid[oa]\w* | atendente | atendido_por | designado\w*",
    "Italian": r"assegnat[oa]\w*",
    "Dutch": r"toegewezen\w* | behandelaar\w* | uitvoerder",
    "Polish": r"przypisan\w* | wykonawca | odpowiedzialn\w*",
    "Czech": r"resitel\w* | prirazen\w*",
    "Scandinavian": r"tilldelad\w* | handlaggare | tildelt\w* | sa[gk]sbehandler | ansvarlig\w* | ansvarig",
    "Turkish": r"atanan\w* | sorumlu\w*",
    "Russian": r"исполнител\w* | ответственн\w* | владелец | назначен\w*",
}
_AFTERWARDS = {
    "English": r"""resol(?:v|ution)\w* | clos(?:ed?|ing|ure) | reopen\w* | reassign\w* | final | ttr | mttr |
        status(?:es|category\w*)? |
        (?<!province_)state(?!_province) | outcomes? | results? | solutions? | solved | workaround | answers? |
        repl(?:y|ies) | responses? | responded | work_?notes? | work_log | comments? | activit(?:y|ies) | fix(?:ed)? |
        caus(?:es?|ed) | rca | diagnos(?:is|es) | post_?mortem | actions?_taken | disposition | end_time | finished |
        completed | completion | done | problem_id | rfc | related | sla | breach\w* | escalat\w* | satisfaction |
        ratings? | survey | feedback | csat | nps | actual | active(?!_directory) | confirm\w* | duplicates? | tags? |
        kb_number | parent_incident | overdue | violated | acknowledged | (?:agent|customer)_interactions |
        (?:group|assignee)_stations | (?:group|total|owner)_transfers | re_?open\w* | first_lock""",
    "German": r"""geloe?st\w* | loe?sung\w* | (?:ab)?geschlossen\w* | abschluss\w* | behoben\w* | behebung\w* |
        erledigt\w* | antwort\w* | zustand | ergebnis\w* | \w*ursache\w* | bearbeit(?:et|ung)\w* | massnahme\w* |
        eskal(?:iert|ation)\w* | weiter(?:geleitet|leitung)\w* | wieder_?eroff\w* | neu_?zuweisung\w* |
        (?:kunden)?zufriedenheit\w* | bewertung | uberfallig | fristgerecht | uberschritten | erste_sperre |
        aufwand | \w*_aufwand | kommentare?""",
    "French": r"""resolu\w* | clotur\w* | reponse | ferme\w* | statut | etat | re_?ouver\w* | suivis | avis |
        depass\w* | commentaires? | cause\w* | hors_delai | dans_les_delais | evaluation""",
    "Spanish": r"""resuelt\w* | solucion | cerrad\w* | cierre | estado | respuesta | reapert\w* | reabiert\w* |
        encuesta | satisfaccion | calificacion | valoracion | vencid[oa] | (?:in)?cumpl\w* | escalad[oa] | reasign\w* |
        comentarios? | fuera_de_plazo""",
    "Portuguese": r"""resolvid\w* | solucao | fecha(?:d\w* | mento) | encerra(?:d\w* | mento) | resposta | situacao |
        reabert\w* | reabertura\w* | (?:nota_da_)?pesquisa\w* | satisfacao | avaliacao | violad[oa] | atrasad[oa] |
        reatribu\w* | no_prazo | fora_do_prazo""",
    "Italian": r"""risol\w* | soluzione | chius\w* | stato | risposta | riapert\w* | soddisfazione | valutazione |
        scadut[oa] | commenti""",
    "Dutch": r"""opgelost\w* | oplossing | gesloten | afgesloten | gereed | afgemeld | afgehandeld | heropend\w* |
        tevredenheid | overschreden | acties?""",
    "Polish": r"""rozwi[aą]zan\w* | zamkni\w* | ponown\w* | przekrocz\w* | ocena | odpowied\w* | zako[nń]cz\w* |
        komentarz\w* | przyczyna""",
    "Czech": r"vyres\w* | reseni | uzavr\w* | uzavren\w* | stav | hodnoceni | znovu\w* | prekroc\w* | pricina",
    "Scandinavian": r"""losning\w* | lukket\w* | lukkt\w* | stangd\w* | avslut\w* | afslut\w* | ateroppn\w* | genabn\w*
        | gjenapn\w* | tilfredshe[td] | nojdhet | arsag | orsak""",
    "Turkish": r"cozum\w* | kapan\w* | kapatma\w* | durum\w* | yeniden_ac\w* | memnuniyet | ihlal\w* | sonuc\w*",
    "Russian": r"""решени\w* | статус\w* | закрыт\w* | просроч\w* | оценк\w* | возврат\w* | переоткрыт\w* | состояни\w*
        | удовлетвор\w* | выполн\w* | исполнен\w* | эскал\w* | комментари\w* | нарушен\w* | причин\w* | результат\w* |
        ответ""",
}
# Korean, Chinese and Japanese part no words: wherever it stands in the name.
ASSIGNED_TO_UNSPACED = re.compile("处理人|负责人|担当|담당자|처리자|책임자")
AFTERWARDS_UNSPACED = re.compile(
    "解决|关闭|状态|回复|答复|结果|结单|完成|处理措施|处理过程|处理意见|根因|满意度|超时|超期|逾期|重开|重新打开|评价|评分|"
    "时长|耗时|次数|转派|"  # Chinese
    "解決|対応|完了|違反|再オープン|再開|ステータス|状態|満足度|処置|回答|根本原因|回数|超過|"  # Japanese
    "완료|해결|상태|만족도|재접수|재오픈|종료|답변|결과|조치|처리내용|처리시간|소요시간|횟수|준수|위반|초과"  # Korean
)
# Not how many people or things are affected, which the reporter says.
_AFFECTED = r"(?:affected_)?(?:users?|people|persons|devices?|hosts?|servers?|sites?)"
COUNTED = any_word(
    rf"""counts? | cnt | n | num | no_of | number(?=_of_)(?!_of_{_AFFECTED}) |
    (?<!business_)(?<!office_)(?<!opening_)(?<!working_)hours? | hrs | minutes? | mins | days | duration | elapsed |
    time_(?:to|spent|worked|left|tracked) | handle_time | work_?ratio | (?:aggregate)?time_?(?:spent|estimate) |
    (?:aggregate)?(?:time)?(?:original)?_?estimate | votes? | watch(?:es|ers) |
    anzahl(?!_(?:der_)?(?:betroffen\w*|\w*benutzer|\w*nutzer|\w*anwender|personen|gerate)) | \w*dauer |
    \w+zeit_in_\w+ | duree\w* | nombre_de(?!_(?:utilisateurs|postes|personnes)) |
    temps_(?:de|passe|total|d)\w* | (?:duracion|duracao|durata) | (?:tiempo|tempo)_\w+ | horas |
    ore_(?:lavorate|impiegate) | doorlooptijd | bestede_tijd | czas_\w+ | liczba(?!_(?:uzytkownik|os[oó]b)\w*) |
    doba_\w+ | suresi? | количеств[^_]*(?!_(?:пользовател|сотрудник)\w*) | трудозатрат\w* | длительност\w*"""
)
CHANGED = any_word(
    r"""updated | modified | changed | geandert | aktualisiert\w* | mis_a_jour | modifiee? | actualizad[oa] |
    atualizad[oa] | modificad[oa] | aggiornat[oa] | gewijzigd | bijgewerkt | zmodyfikowan\w* | обновлен\w* |
    изменен\w* | last_(?:viewed|update|activity|seen|change) | told | started | due | planned"""
)
ASSIGNED_TO = any_word(" | ".join(_ASSIGNED_TO.values()))
AFTERWARDS = any_word(" | ".join(_AFTERWARDS.values()))
