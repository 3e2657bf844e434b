"""What can be wrong with a request to the service, each with the status it is answered with.

::

    ServiceError
    ├── NotAsked          400  the request is not one that is answered: correct it
    │   ├── RefusedParameters  422  of `runs.admission`: parameters are not what a notebook asks for
    │   └── RefusedProduct     422  of `products.judging`: files or licence are not to be published
    ├── NotKnown          401  who asks is not known: send a token
    ├── NotAllowed        403  who asks may not
    ├── NotThere          404  there is no such thing
    ├── Overtaken         409  somebody else was quicker: look again
    ├── TooLarge          413  the request is longer than is read
    ├── TooOften          429  ask again later
    └── NotNow            503  the hub or the index does not answer
"""

# ruff: noqa: N818 -- named for what is true


class ServiceError(Exception):
    """A request is not answered with what it asked for."""

    status = 500


class NotAsked(ServiceError):
    """The request is not one that is answered."""

    status = 400


class NotKnown(ServiceError):
    """Who asks is not known."""

    status = 401


class NotAllowed(ServiceError):
    """Who asks may not."""

    status = 403


class NotThere(ServiceError):
    """There is no such thing."""

    status = 404


class Overtaken(ServiceError):
    """What the request took for so is not so any more."""

    status = 409


class TooLarge(ServiceError):
    """The request is longer than is read."""

    status = 413


class TooOften(ServiceError):
    """Ask again after ``after_s`` seconds."""

    status = 429

    def __init__(self, message: str, *, after_s: int) -> None:
        super().__init__(message)
        self.after_s = after_s


class NotNow(ServiceError):
    """The hub or the index does not answer."""

    status = 503
