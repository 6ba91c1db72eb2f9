"""What somebody may do with a conversation now, and of each act that they may not, exactly why not."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from tracte.channels import ways
from tracte.core.models import User
from tracte.inbox.models import Closure, Conversation, Sharing

ATTENDS = ("agent", "supervisor")
LEADS = ("supervisor",)


class Refused(Exception):
    """An act that cannot be; `reason` is a code of REASONS."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason

    @property
    def words(self) -> str:
        return str(REASONS[self.reason])


@dataclass(frozen=True)
class Check:
    """Whether an act is allowed; if not, the code of what is missing."""

    reason: str = ""

    @property
    def is_allowed(self) -> bool:
        return not self.reason

    @property
    def words(self) -> str:
        return str(REASONS[self.reason]) if self.reason else ""


REASONS: Mapping[str, object] = {
    "closed": _("Aquesta conversa és tancada. Torna-la a obrir per continuar."),
    "open": _("Aquesta conversa ja és oberta."),
    "no_address": _("No sabem on contestar: qui va escriure no va deixar cap adreça. Apunta-ho en una nota."),
    "no_way": _("Per aquest canal encara no es pot contestar des d’aquí."),
    "unanswered": _("Espera resposta. Contesta-la, o digues per què no cal."),
    "reason": _("Escriu per què: qui ho revisi més endavant ho ha de poder entendre."),
    "nothing": _("No hi ha res escrit."),
    "arrived": _("Mentre escrivies ha arribat un missatge més. Llegeix-lo abans d’enviar: el teu text és aquí."),
    "answered": _("Mentre escrivies hi ha contestat algú altre. Mira-t’ho abans d’enviar: el teu text és aquí."),
    "late": _("Ja ha sortit: no es pot aturar."),
    "past": _("Tria un moment que encara hagi d’arribar."),
    "mine": _("Ja la tens tu."),
    "given_back": _("Escriu per què la tornes: no et tornarà a arribar, i qui la rebi ho ha de poder entendre."),
    "nobody": _("Aquesta persona no atén en aquesta unitat."),
    "taken": _("Qui va escriure ja té una altra conversa oberta per aquest canal: continua allà."),
    "no_topic": _("Tria un tema de la llista."),
    "unfilled": _("Hi ha un buit per omplir entre claus: posa-hi el que hi va, o treu-lo, i torna-ho a enviar."),
    "meanwhile": _(
        "Algú altre ha desat aquesta plantilla mentre escrivies. Torna-la a obrir per veure què hi ha posat."
    ),
    "key": _("La clau d’una plantilla són lletres sense accents, xifres i guions."),
    "catalan": _("Una plantilla ha de tenir nom i text en català."),
    "too_long": _("El nom d’una plantilla té com a molt 100 lletres, i cada text, 5.000."),
    "language": _("Una plantilla és en català, castellà, aranès o anglès."),
    "near": _("Digues quan és a punt de vèncer: per la part del termini que queda o per hores, una de les dues."),
    "digest": _("Per enviar el resum cal dir a quines hores i amb quin calendari."),
    "role": _("Només ho pot fer qui supervisa."),
    "case_closed": _("Aquest cas és tancat. Torna’l a obrir per continuar."),
    "case_open": _("Aquest cas ja és obert."),
    "nothing_asked": _("Escriu què demana."),
    "retired": _("Aquest servei ja no s’ofereix: tria’n un altre."),
    "same_service": _("Ja és d’aquest servei: tria’n un altre."),
    "confidential": _("És d’un servei confidencial: només hi pot treballar qui en té permís."),
    "elsewhere": _("El té una altra unitat. Escriu-hi una nota, o demana que te’l donin."),
    "unanswered_case": _("Encara no s’ha contestat: contesta’l abans de tancar-lo."),
    "answered_case": _("Ja s’ha contestat: tanca’l com a contestat."),
    "cannot_send": _("No es pot enviar a l’adreça que va deixar. Apunta-ho en una nota."),
    "paused": _("El termini ja està aturat."),
    "not_paused": _("El termini ja compta."),
    "no_promise": _("No hi ha cap termini que es pugui aturar."),
    "joined": _("Ja és d’una feina. Treu-lo d’allà abans."),
    "no_job": _("No és de cap feina."),
    "other_service": _("Aquesta feina és d’un altre servei."),
    "finished": _("Aquesta feina ja és acabada."),
    "claim_late": _("Ja ha passat el termini per reclamar: obre un cas nou."),
    "nobody_outside": _("Digues a qui ho preguntes: una unitat, o el nom d’algú de fora."),
    "of_case": _("És la resposta d’un cas: no es pot aturar des d’aquí."),
    "no_unit": _("No hi ha cap unitat amb aquest codi: tria’n una de la llista."),
    "no_service": _("No hi ha cap servei amb aquesta clau: tria’n un de la llista."),
    "no_place": _("No hi ha cap territori amb aquest codi: tria’n un de la llista."),
    "half_point": _("Escriu les dues coordenades, o cap."),
    "acted": _("Algú hi ha fet alguna cosa després."),
    "unseen": _("Ara és d’una unitat que tu no veus."),
    "same": _("Ja era així: no cal fer-hi res."),
    "came": _("Hi ha arribat un missatge després."),
    "failed": _("No s’ha pogut: prova-ho des de la conversa mateixa."),
    "awake": _("Ja havia tornat a la llista."),
    "started": _("Ja està en marxa."),
    "not_started": _("Encara no s’ha fet res: no hi ha res per desfer."),
    "running": _("Encara s’està fent: atura-ho abans, o espera que acabi."),
    "over": _("Ja s’ha acabat: no hi ha res per aturar."),
    "undone": _("Ja s’ha desfet."),
    "stale": _("Aquesta prova és de fa massa estona i tot pot haver canviat: torna-la a fer."),
    "none_chosen": _("No has triat cap conversa."),
    "view_name": _("Posa-li un nom, de 60 lletres com a molt."),
    "view_taken": _("Ja tens una vista amb aquest nom: posa-n’hi un altre."),
    "view_many": _("Ja tens moltes vistes desades: esborra’n alguna que no facis servir."),
    "view_unit": _("Només la pots compartir amb una unitat que vegis."),
    "ended": _("Aquesta consulta ja s’ha acabat."),
    "expired": _("Aquest enllaç ha caducat."),
}
ACTS = ("reply", "note", "assign", "close", "reopen", "snooze")


def check(conversation: Conversation, user: User) -> dict[str, Check]:
    """Every act with whether it is allowed now. What depends on what is typed is checked when it is done."""
    closed = Check("" if conversation.is_open else "closed")
    return {
        "reply": closed if closed.reason else Check(_way(conversation)),
        "note": Check(),
        "assign": closed,
        "close": closed,
        "reopen": Check("open" if conversation.is_open else ""),
        "snooze": closed,
        "close_unanswered": closed if closed.reason else Check("" if user.has_role(*LEADS) else "role"),
    }


def why_not_assign(
    conversation: Conversation,
    user: User,
    *,
    unit: uuid.UUID,
    agent: User | None,
    theirs: Collection[uuid.UUID],
    reason: str,
) -> str:
    """The code of why it cannot be given to `unit`, and there to `agent`, who attends in `theirs`; or nothing."""
    if closed := check(conversation, user)["assign"].reason:
        return closed
    if unit != conversation.unit_id and not reason.strip():
        return "reason"
    if agent is None and conversation.agent_id == user.pk and not reason.strip() and is_shared_out(unit):
        return "given_back"
    return "nobody" if agent and unit not in theirs else ""


def is_shared_out(unit: uuid.UUID) -> bool:
    """Whether what comes to a unit is given by itself."""
    return Sharing.objects.filter(unit=unit).exclude(way=Sharing.Way.BY_HAND).exists()


def why_not_close(conversation: Conversation, user: User, *, how: str, reason: str) -> str:
    """The code of why it cannot be closed that way; nothing if it can."""
    allowed = check(conversation, user)
    if closed := allowed["close"].reason:
        return closed
    if conversation.waiting_since and how == Closure.How.ANSWERED:
        return "unanswered"
    missing = allowed["close_unanswered"].reason or ("" if reason.strip() else "reason")
    return missing if how == Closure.How.UNANSWERED else ""


def why_not_snooze(conversation: Conversation, user: User, *, until: dt.datetime, at: dt.datetime) -> str:
    """The code of why it cannot be put off until then; nothing if it can."""
    return check(conversation, user)["snooze"].reason or ("" if until > at else "past")


def _way(conversation: Conversation) -> str:
    if not ways.has_one(conversation.account):
        return "no_way"
    return "" if conversation.address_sealed or not ways.needs_address(conversation.account) else "no_address"
