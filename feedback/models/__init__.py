from feedback.models.answer import CHANGEABLE, Answer, Channel, Mark, Stage, Tablet, Tally, answer_key
from feedback.models.area import AreaStep, CampaignArea
from feedback.models.ballot import Ballot, BallotTally, Settled, Typing
from feedback.models.callback import CALL_BACK_DAYS, CallBack
from feedback.models.campaign import Campaign
from feedback.models.conduct import WardRule
from feedback.models.contribution import Contribution, ContributionFile, ContributionStep, ContributionTerm
from feedback.models.dialogue import Dialogue, DialoguePromise, DialogueQuestion
from feedback.models.error import FeedbackError
from feedback.models.question import Level, Question, QuestionSet, Scale

__all__ = [
    "CALL_BACK_DAYS",
    "CHANGEABLE",
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
]
