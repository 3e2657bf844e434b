"""Whether a product may be published: each reason why not, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from ..errors import NotAsked
from .checks import Checked
from .licences import Terms, choices, permitted, terms_of
from .lineage import Input
from .records import Kept
from .wire import Answer


class RefusedProduct(NotAsked):
    """A product cannot be published as it is: every reason, together."""

    status = 422

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = [*reasons]


def refusals(checks: Iterable[Checked]) -> list[str]:
    """What is wrong with the files."""
    told = [*checks]
    reasons = [f"{one.path}: {error}" for one in told for error in one.errors]
    if not any(one.is_data for one in told) and not reasons:
        reasons.append(
            "files: none of them has data (NetCDF, Zarr, CSV, TSV, Parquet): a product has some"
        )
    return reasons


def unlicensed(
    licence: str, inputs: Iterable[Input], terms: dict[str, Terms] | None = None
) -> list[str]:
    """Why a product of these inputs may not have a licence; nothing where it may.

    Parameters
    ----------
    terms
        Of inputs that a manager answered for.
    """
    told = [(one.name, (terms or {}).get(one.name, one.terms)) for one in inputs]
    offered = choices(told)
    why = next(choice.why_not for choice in offered if choice.spdx == licence)
    if not why:
        return []
    allowed = ", ".join(choice.spdx for choice in offered if not choice.why_not)
    if not allowed:
        return [f"licence = {licence}: {why}; the licences of its inputs exclude one another"]
    return [f"licence = {licence}: {why}; it may be {allowed}"]


def settled(product: Kept, answers: Iterable[Answer]) -> list[str]:
    """Why a product may not be approved with these answers; nothing where it may."""
    inputs = [Input.model_validate(one) for one in product.inputs]
    by_name = {answer.input: answer for answer in answers}
    reasons = [
        f"answers: there is no input {name!r}; there are {', '.join(one.name for one in inputs)}"
        for name in by_name
        if name not in {one.name for one in inputs}
    ]
    terms: dict[str, Terms] = {}
    for one in inputs:
        answer = by_name.get(one.name)
        if answer is None:
            reasons += [f"{one.name}: {one.question}"] if one.question else []
            continue
        found = _answered(one, answer)
        if isinstance(found, str):
            reasons.append(f"{one.name}: {found}")
        else:
            terms[one.name] = found
    return reasons or unlicensed(product.form["licence"], inputs, terms)


def _answered(one: Input, answer: Answer) -> Terms | str:
    """The terms of an input as a manager answered for it, or why that is no answer."""
    if answer.on and answer.on > datetime.now(UTC).date():
        return f"on = {answer.on}: nobody can have permitted it on a day that is to come"
    if answer.is_permission:
        return permitted(one.terms)
    if one.terms.forbidden:
        return (
            f"{one.terms.forbidden}: say by whom, on which day and in which words it is permitted"
        )
    if not answer.licence.strip():
        return (
            "answer with its licence, or by whom, on which day and in which words it is permitted"
        )
    found = terms_of(answer.licence)
    if found.forbidden:
        return f"{found.forbidden}: say by whom, on which day and in which words it is permitted"
    if not found.known:
        return f"licence = {answer.licence!r} is none that is known: name it as SPDX does"
    return one.terms if one.terms.known else found
