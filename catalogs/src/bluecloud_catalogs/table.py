"""The table of entries in ``catalogs/README.md``, which nobody writes by hand.

python -m bluecloud_catalogs.table           writes it
python -m bluecloud_catalogs.table --check   fails if it is not what it would write
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from .errors import CatalogueError
from .facts import EntryFacts, facts_of
from .tree import read_sources, root

_BEGIN, _END = "<!-- entries: made by bluecloud_catalogs.table -->", "<!-- entries: end -->"
_HEAD = (
    "entry",
    "what it is",
    "source",
    "variables",
    "protocol",
    "tiers",
    "sample",
    "licence",
    "evidence",
    "verified live",
)


def entries_table() -> str:
    """Give all entries of all sources as a Markdown table.

    Raises
    ------
    CatalogueError
        If any cannot be used: the table would be without it.
    """
    sources = read_sources()
    wrong = [*sources.unreadable, *sources.broken.values()]
    if wrong:
        raise CatalogueError("\n".join(str(error) for error in wrong))
    rows = [_cells(facts_of(entry, "any")) for _, entry in sorted(sources.entries.items())]
    return "\n".join(_row(cells) for cells in (_HEAD, ("---",) * len(_HEAD), *rows))


def with_table(readme: str) -> str:
    """Give the text with the table put between its two marks."""
    before, begin, rest = readme.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise CatalogueError(f"README.md lacks the line {_BEGIN} or {_END}")
    return f"{before}{begin}\n\n{entries_table()}\n\n{end}{after}"


def main(arguments: Iterable[str]) -> int:
    """Write or check the table; the exit status of the program."""
    path: Path = root() / "catalogs" / "README.md"
    written = path.read_text(encoding="utf-8")
    made = with_table(written)
    if "--check" not in arguments:
        path.write_text(made, encoding="utf-8")
        return 0
    if written == made:
        return 0
    sys.stderr.write(f"{path}: its table is stale: run python -m bluecloud_catalogs.table\n")
    return 1


def _cells(facts: EntryFacts) -> tuple[str, ...]:
    sample = "sample" in facts.tiers
    return (
        f"`{facts.name}`",
        facts.title,
        f"`{facts.source}`",
        ", ".join(variable.name for variable in facts.variables),
        facts.protocol,
        ", ".join(facts.tiers),
        ("synthetic" if facts.synthetic_sample else "real") if sample else "none",
        f"[{facts.licence.name}]({facts.licence.url})",
        facts.evidence,
        facts.live_verified,
    )


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
