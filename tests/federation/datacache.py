"""Blue-Cloud's data cache, emulated with its states: being made, ready, closed.

Its routes, shapes and statuses are those of its public source. An address of a package holds a
key that the next request for packages makes invalid.
"""

import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from tests.federation.server import Kind, Reply, Request

TOKEN = "token-of-the-cache"
ZIP = b"PK\x05\x06" + bytes(18)  # an archive of nothing


@dataclass
class Cache:
    """The cache: orders by person and number, each with how many looks it still takes."""

    kind: Kind = "emulated"
    orders: dict[tuple[str, str], int] = field(default_factory=dict)
    keys: dict[str, tuple[str, str]] = field(default_factory=dict)
    numbers: Any = field(default_factory=itertools.count)
    content: bytes = ZIP
    elsewhere: bool = False

    def answer(self, request: Request) -> Reply | None:
        """What it answers; a package's address needs no login, it holds a key."""
        parts = request.path.split("/")
        if parts[:2] == ["api", "download"] and len(parts) == 3:
            known = parts[2] in self.keys
            return Reply(self.content) if known else Reply(b"Invalid token", 404)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return as_json({"message": "Missing credentials"}, 401)
        if parts == ["api", "order"] and request.method == "POST":
            told = json.loads(request.body)
            order = (told["marine_id"], told["order_number"])
            if order in self.orders:
                return as_json(f"Order {order[1]} already exists for marine id {order[0]}", 409)
            self.orders[order] = 1
            return as_json({"request_id": told["request_id"], "datetime": "20260101"}, 202)
        order = (parts[2], parts[3]) if len(parts) == 4 else ("", "")
        if order not in self.orders:
            return as_json(f"Order {order[1]} does not exist", 404)
        if parts[1] == "download":
            return self.packages(request, order)
        if request.method == "PATCH":
            if self.orders[order] > 0:
                return as_json("The order is being made", 409)
            del self.orders[order]
            return Reply(status=204)
        return None

    def packages(self, request: Request, order: tuple[str, str]) -> Reply:
        """None while it is being made, then one, at an address that is good once."""
        if self.orders[order] > 0:
            self.orders[order] -= 1
            return as_json({"urls": []})
        for key in [key for key, of in self.keys.items() if of == order]:
            del self.keys[key]
        key = f"key-{next(self.numbers)}"
        self.keys[key] = order
        base = "https://elsewhere.invalid" if self.elsewhere else request.address
        return as_json({"urls": [{"url": f"{base}/api/download/{key}", "size": len(ZIP)}]})


def as_json(content: object, status: int = 200) -> Reply:
    """An answer of JSON."""
    return Reply(json.dumps(content).encode(), status, "application/json")
