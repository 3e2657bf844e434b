"""The laboratory's survey, where its managers have switched it on, and the person's own answer."""

from dataclasses import asdict

from bluecloud import survey
from bluecloud_panel import survey_wire as wire
from bluecloud_panel.asking import service
from bluecloud_panel.laboratory import this_laboratory


def mine() -> wire.Survey:
    """The survey, and what the person answered."""
    with service() as asked:
        return _told(survey.mine(this_laboratory().slug, asked))


def answer(given: wire.SurveyAnswer) -> wire.Survey:
    """Answer, in the place of what was answered before."""
    slug = this_laboratory().slug
    with service() as asked:
        return _told(
            survey.answer(
                given.meets_needs, given.easy_to_use, given.words, laboratory=slug, service=asked
            )
        )


def withdraw() -> wire.Survey:
    """Withdraw the answer."""
    with service() as asked:
        return _told(survey.withdraw(this_laboratory().slug, asked))


def _told(found: survey.Survey) -> wire.Survey:
    sentences = [{"name": name, "sentence": said} for name, said in found.sentences.items()]
    return wire.Survey(
        on=found.on,
        sentences=tuple(wire.SurveySentence.model_validate(each) for each in sentences),
        question=found.question,
        fewest=found.fewest,
        answer=wire.SurveyAnswer(**asdict(found.answer)) if found.answer else None,
    )
