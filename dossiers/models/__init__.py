from dossiers.models.appointment import Appointment
from dossiers.models.attachment import Attachment
from dossiers.models.cause import DelayCause
from dossiers.models.committed import CommittedTerm
from dossiers.models.document import DossierDocument, GivenDocument
from dossiers.models.dossier import Dossier
from dossiers.models.event import Event
from dossiers.models.figure import Figure, FigureRun
from dossiers.models.handover import Handover
from dossiers.models.helped import HelpGiven
from dossiers.models.lookup import LookupFailure
from dossiers.models.paper import IssuedPaper, PaperPrint
from dossiers.models.procedure import Edition, FormTitle, Procedure, RequiredDocument
from dossiers.models.retention import RetentionTerm
from dossiers.models.state import MOVE_BY_SLUG, MOVES, OPEN, UNFINISHED, DossierError, Move, State
from dossiers.models.supplement import Presentation, SupplementRequest
from dossiers.models.visit import OFFERED_FROM_AGE, HomeVisit, HomeVisitStep
from dossiers.models.wording import FormText

__all__ = [
    "MOVES",
    "MOVE_BY_SLUG",
    "OFFERED_FROM_AGE",
    "OPEN",
    "UNFINISHED",
    "Appointment",
    "Attachment",
    "CommittedTerm",
    "DelayCause",
    "Dossier",
    "DossierDocument",
    "DossierError",
    "Edition",
    "Event",
    "Figure",
    "FigureRun",
    "FormText",
    "FormTitle",
    "GivenDocument",
    "Handover",
    "HelpGiven",
    "HomeVisit",
    "HomeVisitStep",
    "IssuedPaper",
    "PaperPrint",
    "LookupFailure",
    "Move",
    "Presentation",
    "Procedure",
    "RequiredDocument",
    "RetentionTerm",
    "State",
    "SupplementRequest",
]
