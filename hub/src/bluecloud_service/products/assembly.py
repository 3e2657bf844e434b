"""The parts of products put together, and what is done for them while the service runs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from bluecloud_hub.labs import Laboratory

from ..credentials.store import Credentials
from ..runs.capsule.keeping import Capsules
from ..runs.engines.nowhere import WHERE
from ..runs.service import RunService
from .checks import Checks, DockerChecks, LocalChecks, NoChecks
from .depositing import DepositService
from .deposits import Deposits
from .drafts import Drafts
from .found import ProductIndex
from .from_runs import FromRuns
from .proposals import ProposalService
from .service import ProductService
from .shown import Shown
from .sight import Sight
from .store import Products
from .waiting import WaitingProducts

log = logging.getLogger(__name__)
_NEW_S = 600.0  # what was decided since then may be on its way just now


@dataclass(frozen=True)
class AssembledProducts:
    """Products: what is asked of them, how they are found, and who gives out what is due."""

    service: ProductService
    proposals: ProposalService
    deposits: DepositService
    index: ProductIndex
    sight: Sight
    waiting: WaitingProducts
    keeping: Keeping


class Keeping:
    """Finishes at the start what was begun, and looks from time to time what is due."""

    def __init__(
        self, service: ProductService, sweep: Callable[[], None] | None, look_s: float
    ) -> None:
        self._service = service
        self._sweep = sweep
        self._look_s = look_s
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._look, name="products", daemon=True)

    def begin(self) -> None:
        """Finish what was begun; then look from time to time."""
        try:
            self._service.mend()
            if self._sweep:
                self._sweep()
        except Exception:
            log.exception("what was begun with products could not be finished")
        self._thread.start()

    def end(self) -> None:
        """Look no more."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()

    def _look(self) -> None:
        while not self._ending.wait(self._look_s):
            try:
                self._service.mend(age_s=_NEW_S)
            except Exception:
                log.exception("products could not be looked at")


def assemble_products(
    database: Engine,
    runs: RunService,
    capsules: Capsules,
    *,
    state: Path,
    deployment: str,
    pids_limit: int,
    engine: str,
    address: str,
    laboratories: Mapping[str, Laboratory],
    look_s: float,
    credentials: Credentials,
    pages: str,
) -> AssembledProducts:
    """The products of a deployment, nothing begun.

    Parameters
    ----------
    engine
        The deployment's, by which it is known where files of products are opened.
    address
        Where the service lies below its host.
    look_s
        After how many seconds it is looked what is due.
    credentials
        The logins with which people deposit products.
    pages
        Where everybody reaches the service; empty where nobody outside does.
    """
    store, drafts, sight = Products(database), Drafts(state), Sight(laboratories)
    checks: Checks = NoChecks(WHERE[engine]) if engine in WHERE else LocalChecks()
    sweep: Callable[[], None] | None = None
    if engine == "docker":
        held = DockerChecks(deployment, pids_limit=pids_limit)
        checks, sweep = held, held.sweep
    deposits = Deposits(database, state / "service" / "products" / "deposits")
    shown = Shown(store, sight, deposits)
    service = ProductService(store, drafts, shown, deposits, address)
    from_runs = FromRuns(runs, capsules, checks, drafts, store, shown)
    proposals = ProposalService(store, drafts, from_runs, sight, shown, service.finish)
    depositing = DepositService(store, deposits, drafts, credentials, sight, address, pages)
    index = ProductIndex(store, drafts, address)
    waiting = WaitingProducts(store, sight)
    keeping = Keeping(service, sweep, look_s)
    return AssembledProducts(service, proposals, depositing, index, sight, waiting, keeping)
