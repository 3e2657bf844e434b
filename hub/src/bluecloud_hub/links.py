"""Links that open something in a laboratory, whoever follows them.

``/hub/user-redirect/<slug>/<path>`` is JupyterHub's own way to say "on your server", with the
laboratory named, since a server here is a laboratory. With nbgitpuller in every laboratory,

    /hub/user-redirect/environment/git-pull?repo=https://example.org/course.git

brings a repository into the person's home and opens it; the laboratory is started if it has to
be, with the size last chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from jupyterhub.utils import url_path_join
from tornado.httputil import HTTPServerRequest, url_concat
from tornado.web import HTTPError

from bluecloud_hub.labs import Laboratory

Redirect = Callable[[str, HTTPServerRequest, Any, str], str]


def to_laboratory(laboratories: Mapping[str, Laboratory]) -> Redirect:
    """Make the hook that finds a link's laboratory.

    The hook raises 404 where the link's first part is no laboratory. Whether the person may open
    it is decided where every start is: by the spawner.
    """

    def redirect(path: str, request: HTTPServerRequest, user: Any, base_url: str) -> str:
        slug, _, rest = path.strip("/").partition("/")
        if slug not in laboratories:
            raise HTTPError(
                404,
                log_message=f"a link to {slug!r}",
                reason=f"{slug!r} is not a laboratory; there are: {', '.join(laboratories)}",
            )
        target = url_path_join(user.server_url(slug), quote(rest, safe="/%"))
        if request.query:
            target = f"{target}?{request.query}"
        if slug in user.spawners and user.spawners[slug].ready:
            return target
        start = url_path_join(base_url, "hub", "spawn", user.escaped_name, slug)
        return url_concat(start, {"next": target})

    return redirect
