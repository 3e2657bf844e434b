"""What the views of laboratories in JupyterLab show, computed in a kernel of the view's own.

A view in the browser asks a question by its name; the module of its laboratory,
``bluecloud_views.<slug>``, answers from the laboratory's catalogue and routines. Both are models
of `bluecloud_views.wire`, from which `extensions/wire.py` writes the browser's types. The person's
own notebooks and kernels are not touched.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import typing
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from .wire import Asked, Refusal, Shown

MIME = "application/vnd.bluecloud.view+json"

Question = Callable[[Any], Shown]

__all__ = ["MIME", "Question", "answer", "answered", "asked_by", "given_by", "questions"]


def questions(laboratory: str) -> dict[str, Question]:
    """The questions that a laboratory's view may ask, by name: its own, and those of all."""
    listed: list[Question] = []
    for name in (f"{__name__}.common", f"{__name__}.{laboratory}"):
        if importlib.util.find_spec(name):  # a laboratory without a view has what all have
            listed += importlib.import_module(name).QUESTIONS
    return {question.__name__: question for question in listed}


def asked_by(question: Question) -> type[Asked]:
    """The model of what a question is asked with: its only parameter's."""
    (parameter,) = inspect.signature(question).parameters
    found: type[Asked] = typing.get_type_hints(question)[parameter]
    return found


def given_by(question: Question) -> type[Shown]:
    """The model of what a question answers."""
    found: type[Shown] = typing.get_type_hints(question)["return"]
    return found


def answered(laboratory: str, name: str, asked: str) -> Shown:
    """What a question answers, or why it does not: for the person, who can change what is asked.

    Parameters
    ----------
    laboratory
        The slug of the laboratory.
    name
        The question's.
    asked
        What it is asked with, as JSON.

    Raises
    ------
    KeyError
        If there is no such question.
    """
    # Errors of data and routines alone: whatever else is raised is a fault, and is seen as one.
    from bluecloud_catalogs import DataError
    from bluecloud_routines.errors import RoutineError

    question = questions(laboratory)[name]
    try:
        return question(asked_by(question).model_validate_json(asked))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        return Refusal(kind="ValidationError", message=f"{field}: {first['msg']}")
    except (DataError, RoutineError) as error:
        return Refusal(kind=type(error).__name__, message=str(error))


def answer(laboratory: str, name: str, asked: str) -> None:
    """Display what a question answers, for the view alone: see `answered`."""
    from IPython.display import display

    shown = answered(laboratory, name, asked)
    # By way of the text, which has no NaN.
    display({MIME: json.loads(shown.model_dump_json())}, raw=True)  # type: ignore[no-untyped-call]
