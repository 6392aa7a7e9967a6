class FeedbackError(Exception):
    """What is asked for may not be done; the message is fit for the screen."""
