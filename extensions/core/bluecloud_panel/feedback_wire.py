"""What goes over the wire about feedback; see `wire`."""

from typing import Literal

from pydantic import Field

from bluecloud_panel.wire import Wire


class Words(Wire):
    """What somebody wrote in a thread."""

    author: str
    is_manager: bool
    text: str
    at: str = Field(description="ISO 8601.")


class Thread(Wire):
    """A thread of the person's with the managers of a laboratory."""

    id: str
    version: str
    notebook: str
    run: str
    state: Literal["open", "answered", "closed"]
    news: bool = Field(description="Whether a manager wrote what was not looked at.")
    words: tuple[Words, ...]


class Threads(Wire):
    """The person's threads with this laboratory's managers, the last changed first."""

    threads: tuple[Thread, ...]


class FeedbackRequest(Wire):
    """The first words of a thread, and the notebook and the run that they are about."""

    text: str
    notebook: str = ""
    run: str = ""


class WordsRequest(Wire):
    """More words for a thread."""

    text: str
