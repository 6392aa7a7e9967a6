from letters.models.channel import BY_MESSENGER, Channel
from letters.models.error import LetterError
from letters.models.kind import ABOUT, BY_HAND, CONSENTED, LetterKind
from letters.models.letter import Letter
from letters.models.message import Message, MessageError
from letters.models.policy import LetterPolicy, modes_of
from letters.models.text import LetterText, Occasion

__all__ = [
    "ABOUT",
    "BY_HAND",
    "BY_MESSENGER",
    "CONSENTED",
    "Channel",
    "Letter",
    "LetterError",
    "LetterKind",
    "LetterPolicy",
    "LetterText",
    "Message",
    "MessageError",
    "Occasion",
    "modes_of",
]
