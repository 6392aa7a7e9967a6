"""Words for the numbers of a report."""

from django import template

from dossiers.report_tables import in_days, share_words

register = template.Library()

register.filter("in_days", in_days)
register.filter("share_words", share_words)
