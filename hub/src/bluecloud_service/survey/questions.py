"""What a survey asks, and an answer to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Name = Literal["meets_needs", "easy_to_use"]
NAMES: tuple[Name, ...] = get_args(Name)
LOWEST, HIGHEST = 1, 7

# The sentences of UMUX-Lite, of a laboratory; each is agreed to from LOWEST to HIGHEST.
SENTENCES: dict[Name, str] = {
    "meets_needs": "This laboratory's capabilities meet my requirements.",
    "easy_to_use": "This laboratory is easy to use.",
}
IN_WORDS = "What did you want to do, and could you?"


@dataclass(frozen=True)
class Answer:
    """How far somebody agrees with each sentence, and what they say in words, or nothing."""

    meets_needs: int
    easy_to_use: int
    words: str = ""
