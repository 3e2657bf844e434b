"""What goes over the wire about the laboratory's survey; see `wire`."""

from typing import Literal

from pydantic import Field

from bluecloud_panel.wire import Wire


class SurveySentence(Wire):
    """A sentence that is agreed to, or not."""

    name: Literal["meets_needs", "easy_to_use"]
    sentence: str


class SurveyAnswer(Wire):
    """How far the person agrees with each sentence, from 1 to 7, and words or none."""

    meets_needs: int
    easy_to_use: int
    words: str = ""


class Survey(Wire):
    """The laboratory's survey, as whoever answers sees it."""

    on: bool
    sentences: tuple[SurveySentence, ...]
    question: str = Field(description="What is answered in words.")
    fewest: int = Field(description="So many answers there are before managers see any.")
    answer: SurveyAnswer | None = Field(description="The person's own, if there is one.")
