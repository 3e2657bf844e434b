"""What can be wrong with a notebook's parameters.

RunnerError
└── NotebookError       the notebook cannot be given parameters as it stands

A value that is not allowed is no exception but a `FieldError` record: a form shows all of
them at once, each beside its field.
"""


class RunnerError(Exception):
    """A notebook could not be prepared or executed."""


class NotebookError(RunnerError):
    """The notebook cannot be given parameters as it stands."""
