"""One line of the results."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """How our figure compares with a peer's, and what it ought to be.

    Attributes
    ----------
    name, peer_name
        What was measured, and against what.
    ours, peer
        Both in ``unit``; less is better.
    unit
        Such as ``s`` or ``MB``.
    target
        The most that ``ours / peer`` may be.
    note
        What a reader must know to judge it.
    """

    name: str
    peer_name: str
    ours: float
    peer: float
    unit: str
    target: float
    note: str = ""

    @property
    def ratio(self) -> float:
        """Ours over the peer's: below one is better than the peer."""
        return self.ours / self.peer

    @property
    def is_met(self) -> bool:
        """Whether the target is reached."""
        return self.ratio <= self.target
