"""nbclient, as far as it executes cells: with outputs bounded, and each cell to be stopped.

Outputs over the bounds are cut where they come in, so that they take no memory either, and the
cell says so.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_output

MOST_OF_A_CELL = 20_000_000
MOST_OF_A_NOTEBOOK = 100_000_000

_OUTPUTS = frozenset({"stream", "display_data", "execute_result", "update_display_data"})


class BoundedClient(NotebookClient):
    """Executes cells one by one.

    Parameters
    ----------
    printed
        Called with the stream's name and each text that comes in on it.
    changed
        Called when an output has come in.
    """

    def __init__(
        self,
        notebook: NotebookNode,
        *,
        printed: Callable[[str, str], None],
        changed: Callable[[], None],
        most_of_a_cell: int = MOST_OF_A_CELL,
        most_of_a_notebook: int = MOST_OF_A_NOTEBOOK,
        **options: Any,
    ) -> None:
        super().__init__(notebook, **options)
        self._printed = printed
        self._changed = changed
        self._most_of_a_cell = most_of_a_cell
        self._most_of_a_notebook = most_of_a_notebook
        self._sizes: Counter[int] = Counter()
        self._cut: set[int] = set()

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        """See nbclient; what is over the bounds is left out."""
        kind = msg["msg_type"]
        if kind == "stream":
            self._printed(msg["content"]["name"], msg["content"]["text"])
        if kind in _OUTPUTS and not self._fits(msg["content"], cell, cell_index):
            return None
        output = super().process_message(msg, cell, cell_index)
        if kind == "clear_output":
            self._sizes[cell_index] = 0
        if output is not None or kind == "update_display_data":
            self._changed()
        return output

    def _fits(self, content: dict[str, Any], cell: NotebookNode, index: int) -> bool:
        size = _size(content)
        bound = ""
        if self._sizes[index] + size > self._most_of_a_cell:
            bound = f"{self._most_of_a_cell / 1e6:g} MB in a cell"
        elif self._sizes.total() + size > self._most_of_a_notebook:
            bound = f"{self._most_of_a_notebook / 1e6:g} MB in a notebook"
        if not bound:
            self._sizes[index] += size
            return True
        if index not in self._cut:
            self._cut.add(index)
            said = f"\n[Outputs are left out here: more than {bound} are not kept.]\n"
            cell.outputs.append(new_output("stream", name="stderr", text=said))
            self._changed()
        return False


def _size(content: dict[str, Any]) -> int:
    if "text" in content:
        return len(content["text"])
    return sum(
        len(value if isinstance(value, str) else json.dumps(value, default=str))
        for value in content.get("data", {}).values()
    )
