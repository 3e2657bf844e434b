"""What prepares and executes a laboratory's notebooks: parameters read, checked and put in."""

from bluecloud_runner.checks import FieldError, check
from bluecloud_runner.errors import NotebookError, RunnerError
from bluecloud_runner.injection import with_parameters
from bluecloud_runner.parameters import ParameterForm, Problem, language, parameter_form

__all__ = [
    "FieldError",
    "NotebookError",
    "ParameterForm",
    "Problem",
    "RunnerError",
    "check",
    "language",
    "parameter_form",
    "with_parameters",
]
