"""The portal's own settings; only the bare view is added to its addresses."""

from phuly_portal.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
