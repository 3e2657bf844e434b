"""What the panel cannot do, each with the status its answer has.

PanelError
├── NoLaboratory          404  this server is no laboratory
├── DeclarationError      500  the laboratory's declaration cannot be read
├── UnknownAnalysis       404  no curated notebook has that name
├── NoPicture            404  the analysis has no picture
├── UnusableAnalysis      409  there is one, and it cannot be opened or given parameters
├── RefusedParameters     422  values the notebook does not allow, each by name
├── BadRequest            400  a request that is not what it should be
├── HomeNotWritable       409  nothing can be written to the person's home
├── CatalogueUnavailable  503  the laboratory's catalogue cannot be read
├── ServiceRefused        409  the deployment's service does not do it
└── ServiceAway           503  the service does not answer, or the deployment has none
"""

from collections.abc import Sequence

from bluecloud_runner import FieldError


class PanelError(Exception):
    """Something the panel was asked for and cannot do; its text is for the person."""

    status = 500

    @property
    def kind(self) -> str:
        """The name of the error in an answer."""
        return type(self).__name__


class NoLaboratory(PanelError):  # noqa: N818 - reads as what is true of the server
    """The server is no laboratory."""

    status = 404


class DeclarationError(PanelError):
    """The laboratory's declaration cannot be read."""


class UnknownAnalysis(PanelError):  # noqa: N818 - as above
    """No curated notebook has that name."""

    status = 404


class NoPicture(PanelError):  # noqa: N818 - as above
    """The analysis has no picture."""

    status = 404


class UnusableAnalysis(PanelError):  # noqa: N818 - as above
    """A curated notebook cannot be opened or given parameters as it stands."""

    status = 409


class RefusedParameters(PanelError):  # noqa: N818 - as above
    """Values that the notebook does not allow."""

    status = 422

    def __init__(self, fields: Sequence[FieldError]) -> None:
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in fields))
        self.fields = tuple(fields)


class BadRequest(PanelError):  # noqa: N818 - as above
    """A request that is not what it should be."""

    status = 400


class HomeNotWritable(PanelError):  # noqa: N818 - as above
    """Nothing can be written to the person's home."""

    status = 409


class CatalogueUnavailable(PanelError):  # noqa: N818 - as above
    """The laboratory's catalogue cannot be read."""

    status = 503


class ServiceRefused(PanelError):  # noqa: N818 - as above
    """The deployment's service does not do what was asked of it."""

    status = 409


class ServiceAway(PanelError):  # noqa: N818 - as above
    """The deployment's service does not answer, or there is none."""

    status = 503
