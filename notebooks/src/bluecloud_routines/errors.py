"""What a routine refuses, and what it warns of.

Every refusal is a ``ValueError`` too, so that a notebook needs to know no more than that::

    RoutineError
        ParameterError      an option outside its range
        UnitsError          no units, or units that are not the quantity's
        TimeAxisError       no time, or times that are unsorted, repeated or unevenly spaced
        BaselineError       a reference period that is reversed, too short or not covered
        ValuesError         nothing to compute on, or infinite values
        TooShortError       fewer years than the statistic can be trusted with

    ShortBaselineWarning    the result stands, on fewer years than the paper asks for
    NotConvergedWarning     the chains of a sampler disagree: their draws are not to be used
"""


class RoutineError(ValueError):
    """A routine cannot give an answer that would be right."""


class ParameterError(RoutineError):
    """An option lies outside what the method allows."""


class UnitsError(RoutineError):
    """The units are absent, or not those of the quantity that the routine needs."""


class TimeAxisError(RoutineError):
    """The time axis is absent, unsorted, repeated, unevenly spaced or of another calendar."""


class BaselineError(RoutineError):
    """The reference period is reversed, too short, or not covered by the data."""


class ValuesError(RoutineError):
    """There is nothing to compute on, or there are infinite values."""


class TooShortError(RoutineError):
    """The series has fewer years than the statistic can be trusted with."""


class ShortBaselineWarning(UserWarning):
    """The reference period is shorter than the 30 years that the method asks for."""


class NotConvergedWarning(UserWarning):
    """The chains of a sampler disagree, or have too few independent draws."""
