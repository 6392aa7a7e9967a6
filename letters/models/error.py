class LetterError(Exception):
    """Something that is not allowed with a letter; the message is a sentence fit for the screen."""
