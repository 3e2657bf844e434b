"""A small survey of a laboratory, which its managers switch on and off.

It is UMUX-Lite, two sentences that are agreed to from 1 to 7 (Lewis, Utesch and Maher 2013,
doi:10.1145/2470654.2481287), and a question that is answered in words. Nobody's name is kept:
while a survey is on, a keyed hash finds a member's own answer, and it goes with the survey's end.
"""

from .routes import router
from .store import Surveys

__all__ = ["Surveys", "router"]
