"""The deployment's service, as the panel asks it: what it refuses is the panel's own error."""

from collections.abc import Iterator
from contextlib import contextmanager

from bluecloud.service import Service, ServiceError
from bluecloud_panel.errors import RefusedParameters, ServiceAway, ServiceRefused
from bluecloud_runner import FieldError


@contextmanager
def service() -> Iterator[Service]:
    """The service; what it refuses, or that it does not answer, as the panel says it."""
    try:
        with Service() as asked:
            yield asked
    except ServiceError as error:
        if error.fields:
            fields = [FieldError(f["field"], f["error"], f["allowed"]) for f in error.fields]
            raise RefusedParameters(fields) from error
        raise (ServiceRefused if 400 <= error.status < 500 else ServiceAway)(str(error)) from error
