"""The desk: a page a laboratory for its managers, and one over all laboratories.

The pages are made here and need no script. Who may see and do what is decided by the service from
the groups of whoever logged in; at the hub it acts with its own role.
"""

from .assembly import assemble_desk
from .routes import router, seeing

__all__ = ["assemble_desk", "router", "seeing"]
