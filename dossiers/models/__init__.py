from dossiers.models.appointment import Appointment
from dossiers.models.cause import DelayCause
from dossiers.models.dossier import Dossier, DossierDocument, GivenDocument
from dossiers.models.event import Event
from dossiers.models.handover import Handover
from dossiers.models.lookup import LookupFailure
from dossiers.models.procedure import Edition, FormTitle, Procedure, RequiredDocument
from dossiers.models.state import MOVE_BY_SLUG, MOVES, OPEN, UNFINISHED, DossierError, Move, State
from dossiers.models.supplement import Presentation, SupplementRequest

__all__ = [
    "MOVES",
    "MOVE_BY_SLUG",
    "OPEN",
    "UNFINISHED",
    "Appointment",
    "DelayCause",
    "Dossier",
    "DossierDocument",
    "DossierError",
    "Edition",
    "Event",
    "FormTitle",
    "GivenDocument",
    "Handover",
    "LookupFailure",
    "Move",
    "Presentation",
    "Procedure",
    "RequiredDocument",
    "State",
    "SupplementRequest",
]
