"""The table of proposals and products: what is so, whatever files say.

Each step is one statement that holds only if the one before it is still so: of two managers who
decide at once, one does and the other is told. A version's number belongs to one row of a product,
which the database itself holds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    func,
    select,
)
from sqlalchemy.exc import IntegrityError

from ..errors import NotThere, Overtaken
from .records import PUBLIC, Kept, State

_JSON = ("form", "inputs", "answers", "checks", "files")
PRODUCTS = Table(
    "products",
    MetaData(),
    Column("id", String(20), primary_key=True),
    Column("laboratory", String(30), nullable=False),
    Column("slug", String(36), nullable=False),
    Column("version", Integer),
    Column("run", String(25), nullable=False),
    Column("proposed_by", String(255), nullable=False),
    Column("proposed", Float, nullable=False),
    Column("state", String(10), nullable=False),
    Column("title", String(220), nullable=False),
    Column("decided_by", String(255), nullable=False),
    Column("decided", Float),
    Column("words", Text, nullable=False),
    Column("embargo", String(10)),
    Column("members_only", Boolean, nullable=False),
    Column("changed", Integer, nullable=False),
    *(Column(name, Text, nullable=False) for name in _JSON),
    UniqueConstraint("laboratory", "slug", "version", name="products_version"),
)
DEPOSITS = Table(
    "deposits",
    MetaData(),
    Column("product", String(20), primary_key=True),
    Column("repository", String(30), primary_key=True),
    Column("state", String(10), nullable=False),
    Column("person", String(255), nullable=False),
    Column("at", Float, nullable=False),
    Column("draft", String(255), nullable=False),
    Column("identifier", String(255), nullable=False),
    Column("doi", String(255), nullable=False),
    Column("url", Text, nullable=False),
    Column("words", Text, nullable=False),
)
_ATTEMPTS = 20


class Products:
    """All proposals and products of a deployment."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, kept: Kept) -> Kept:
        """Keep a new proposal; an earlier one of the same name that waits is replaced by it."""
        earlier = and_(
            PRODUCTS.c.laboratory == kept.laboratory,
            PRODUCTS.c.slug == kept.slug,
            PRODUCTS.c.proposed_by == kept.proposed_by,
            PRODUCTS.c.state.in_(("waiting", "changes")),
        )
        with self._engine.begin() as connection:
            connection.execute(
                PRODUCTS.update().where(earlier).values(state="replaced", changed=_next())
            )
            connection.execute(PRODUCTS.insert().values(**_row(kept), changed=_next()))
        return self.one(kept.id)

    def one(self, identifier: str) -> Kept:
        """A proposal or product.

        Raises
        ------
        NotThere
            If there is none of that id.
        """
        found = self._found(PRODUCTS.c.id == identifier)
        if not found:
            raise NotThere(f"there is no proposal {identifier}")
        return found[0]

    def version(self, laboratory: str, slug: str, version: int) -> Kept:
        """A version of a product that was published, and may be withdrawn by now.

        Raises
        ------
        NotThere
            If there is none.
        """
        found = [one for one in self.versions(laboratory, slug) if one.version == version]
        if not found:
            raise NotThere(f"{laboratory} has published no {slug} of version {version}")
        return found[0]

    def versions(self, laboratory: str, slug: str) -> list[Kept]:
        """The versions of a product, the newest first; none where there is no such product."""
        where = and_(
            PRODUCTS.c.laboratory == laboratory,
            PRODUCTS.c.slug == slug,
            PRODUCTS.c.state.in_(PUBLIC),
        )
        return sorted(self._found(where), key=lambda one: -(one.version or 0))

    def owner(self, laboratory: str, slug: str) -> str:
        """Whose name a product's is; empty where it is nobody's yet."""
        used = (*PUBLIC, "storing", "waiting", "changes")
        where = and_(
            PRODUCTS.c.laboratory == laboratory, PRODUCTS.c.slug == slug, PRODUCTS.c.state.in_(used)
        )
        found = self._found(where)
        return min(found, key=lambda one: one.proposed).proposed_by if found else ""

    def of_person(self, person: str) -> list[Kept]:
        """What a person proposed, the newest first."""
        return self._found(PRODUCTS.c.proposed_by == person)

    def of_laboratory(self, laboratory: str) -> list[Kept]:
        """What was proposed in a laboratory, the newest first."""
        return self._found(PRODUCTS.c.laboratory == laboratory)

    def in_state(self, *states: State) -> list[Kept]:
        """Those in a state, the newest first."""
        return self._found(PRODUCTS.c.state.in_(states))

    def approve(
        self,
        identifier: str,
        by: str,
        words: str,
        answers: Sequence[Any],
        *,
        members_only: bool = False,
    ) -> Kept:
        """Give a waiting proposal its version, and say that its files are on their way.

        Raises
        ------
        Overtaken
            If it does not wait any more.
        """
        kept = self.one(identifier)
        for _ in range(_ATTEMPTS):
            same = and_(PRODUCTS.c.laboratory == kept.laboratory, PRODUCTS.c.slug == kept.slug)
            with self._engine.connect() as connection:
                last = connection.execute(select(func.max(PRODUCTS.c.version)).where(same)).scalar()
            values = {
                "version": (last or 0) + 1,
                "decided_by": by,
                "decided": datetime.now(UTC),
                "words": words,
                "answers": answers,
                "members_only": members_only,
            }
            try:
                return self.change(kept.id, ["waiting"], state="storing", **values)
            except IntegrityError:  # another proposal was given that version in between
                continue
        raise Overtaken(f"too many versions of {kept.slug} are approved at once: try again")

    def change(self, identifier: str, frm: Sequence[State], **values: Any) -> Kept:
        """Change one that is in a state.

        Raises
        ------
        Overtaken
            If it is in no such state any more.
        """
        statement = PRODUCTS.update().where(
            PRODUCTS.c.id == identifier, PRODUCTS.c.state.in_([*frm])
        )
        with self._engine.begin() as connection:
            changed = connection.execute(statement.values(**_plain(values), changed=_next()))
            was_so = changed.rowcount == 1
        now = self.one(identifier)
        if not was_so:
            who = f" by {now.decided_by}" if now.decided_by else ""
            raise Overtaken(f"it is {now.state} by now{who}: look again")
        return now

    def images(self) -> list[str]:
        """The images that products were made in, which are kept as long as these are."""
        found = (one.form.get("image", "") for one in self.in_state("storing", *PUBLIC))
        return [image for image in found if image]

    def signature(self) -> tuple[int, int]:
        """What is another after each change of any row."""
        asked = select(func.count(), func.max(PRODUCTS.c.changed)).select_from(PRODUCTS)
        with self._engine.connect() as connection:
            number, last = connection.execute(asked).one()
        return int(number), int(last or 0)

    def _found(self, where: Any) -> list[Kept]:
        asked = select(PRODUCTS, _doi()).where(where).order_by(PRODUCTS.c.proposed.desc())
        with self._engine.connect() as connection:
            return [_kept(dict(row)) for row in connection.execute(asked).mappings()]


def touched(identifier: str) -> Any:
    """The statement by which a product counts as changed, because something of it was."""
    return PRODUCTS.update().where(PRODUCTS.c.id == identifier).values(changed=_next())


def _doi() -> Any:
    """The first DOI that a product was given."""
    given = and_(DEPOSITS.c.product == PRODUCTS.c.id, DEPOSITS.c.doi != "")
    first = select(DEPOSITS.c.doi).where(given).order_by(DEPOSITS.c.at).limit(1)
    return func.coalesce(first.scalar_subquery(), "").label("doi")


def _next() -> Any:
    """One more than the last change of any row."""
    every = PRODUCTS.alias()
    return select(func.coalesce(func.max(every.c.changed), 0) + 1).scalar_subquery()


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for name, value in values.items():
        if name in _JSON:
            plain[name] = json.dumps(value, ensure_ascii=False)
        elif isinstance(value, datetime):
            plain[name] = value.timestamp()
        elif isinstance(value, date):
            plain[name] = value.isoformat()
        else:
            plain[name] = value
    return plain


def _row(kept: Kept) -> dict[str, Any]:
    return _plain({name: value for name, value in vars(kept).items() if name in PRODUCTS.c})


def _kept(row: Mapping[str, Any]) -> Kept:
    told = {name: row[name] for name in Kept.__dataclass_fields__}
    for name in _JSON:
        told[name] = json.loads(told[name])
    told["proposed"] = datetime.fromtimestamp(told["proposed"], UTC)
    told["decided"] = (
        None if told["decided"] is None else datetime.fromtimestamp(told["decided"], UTC)
    )
    told["embargo"] = None if told["embargo"] is None else date.fromisoformat(told["embargo"])
    return Kept(**told)
