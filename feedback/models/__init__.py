from feedback.models.answer import CHANGEABLE, Answer, answer_key, was_late
from feedback.models.area import AreaStep, CampaignArea
from feedback.models.ballot import Ballot, BallotTally, Settled, Typing
from feedback.models.callback import CALL_BACK_DAYS, CallBack
from feedback.models.campaign import Campaign
from feedback.models.conduct import WardRule
from feedback.models.contribution import Contribution
from feedback.models.contribution_step import ContributionFile, ContributionStep
from feedback.models.contribution_term import ContributionTerm
from feedback.models.dialogue import Dialogue, DialoguePromise, DialogueQuestion
from feedback.models.error import FeedbackError
from feedback.models.question import Level, Question, QuestionSet, Scale
from feedback.models.stage import Channel, Stage
from feedback.models.tablet import TAPS_PER_HOUR, Tablet
from feedback.models.tally import Mark, Tally

__all__ = [
    "CALL_BACK_DAYS",
    "CHANGEABLE",
    "TAPS_PER_HOUR",
    "Answer",
    "AreaStep",
    "Ballot",
    "BallotTally",
    "CallBack",
    "Campaign",
    "CampaignArea",
    "Channel",
    "Contribution",
    "ContributionFile",
    "ContributionStep",
    "ContributionTerm",
    "Dialogue",
    "DialoguePromise",
    "DialogueQuestion",
    "FeedbackError",
    "Level",
    "Mark",
    "Question",
    "QuestionSet",
    "Scale",
    "Settled",
    "Stage",
    "Tablet",
    "Tally",
    "Typing",
    "WardRule",
    "answer_key",
    "was_late",
]
