"""Which release the next start of this laboratory takes, and what its managers say to everybody.

Which one runs is told by ``BLUECLOUD_RELEASE_DIGEST``. Where laboratories are no images there is
none, and nothing to compare; what the managers say is there wherever there is a service.
"""

import os

from bluecloud.service import ADDRESS
from bluecloud_panel import wire
from bluecloud_panel.asking import service
from bluecloud_panel.laboratory import this_laboratory

RUNNING = "BLUECLOUD_RELEASE_DIGEST"
_NOTHING = wire.ReleaseNews(compared="same", digest="", version="", message="", notice="")


def news() -> wire.ReleaseNews:
    """What the service says; nothing, unasked, where the deployment has none."""
    if not os.environ.get(ADDRESS):
        return _NOTHING
    running = os.environ.get(RUNNING)
    with service() as asked:
        told = asked.ask(
            "GET",
            f"/laboratories/{this_laboratory().slug}/release",
            params={"running": running} if running else {},
        )
    return wire.ReleaseNews(**{name: told[name] for name in wire.ReleaseNews.model_fields})
