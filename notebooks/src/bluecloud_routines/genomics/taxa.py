"""From a sequence archive's long table to a community: counts of taxa at one rank, by sample.

A lineage that ends above the rank is not thrown away: reads that are known to be Cyanobacteria
and no more are still a part of the sample. They are kept as one taxon under the lowest name they
have, and may be left out.
"""

import pandas as pd

from bluecloud_routines.errors import ValuesError
from bluecloud_routines.genomics._tables import counts_of, one_of

RANKS = ("superkingdom", "kingdom", "phylum", "class", "order", "family", "genus", "species")


def community_table(
    records: pd.DataFrame,
    *,
    sample: str,
    count: str,
    rank: str = "genus",
    unassigned: str = "keep",
) -> pd.DataFrame:
    """Counts of each taxon in each sample, added up to a rank.

    Parameters
    ----------
    records
        One row for each lineage found in a sample (or in a run of one: runs are added up), with
        a column of samples, one of counts, and one for each of :data:`RANKS`. A rank without a
        name is empty or missing.
    sample, count
        The columns with the sample's name and the number of reads.
    rank
        One of :data:`RANKS`, or ``lineage`` for the whole lineage.
    unassigned
        ``keep`` or ``drop`` the reads whose lineage has no name at the rank.

    Returns
    -------
    pandas.DataFrame
        A row a sample, a column a taxon, both sorted by name; whole numbers. Two taxa of one
        name with different parents stay two, and are called by their lineages. The attributes
        of ``records`` are kept.

    Raises
    ------
    ParameterError
        If ``rank`` or ``unassigned`` is another word.
    ValuesError
        If a column is absent, there is no row, or a count is no whole number above or at zero.
    """
    one_of("rank", rank, [*RANKS, "lineage"])
    one_of("unassigned", unassigned, ["keep", "drop"])
    absent = {sample, count, *RANKS} - set(records.columns)
    if absent:
        raise ValuesError(
            f"the records have no column {sorted(absent)}: they have ranks and counts"
        )
    down_to = list(RANKS if rank == "lineage" else RANKS[: RANKS.index(rank) + 1])
    names = records[down_to].astype(object).where(records[down_to].notna(), "")
    if unassigned == "drop" and rank != "lineage":
        records, names = records[names[rank] != ""], names[names[rank] != ""]
    if records.empty:
        raise ValuesError(f"no record is left: none has a name at the rank {rank!r}")
    if records[sample].isna().any():
        raise ValuesError(f"{int(records[sample].isna().sum())} records name no {sample!r}")
    lineage = names[down_to[0]]
    for each in down_to[1:]:
        lineage = lineage + ";" + names[each]
    table = (
        records.assign(_taxon=lineage.map(_labels(names.assign(_lineage=lineage), rank)))
        .groupby([sample, "_taxon"])[count]
        .sum(min_count=1)
        .unstack(fill_value=0)
        .rename_axis(columns="taxon")
    )
    found = counts_of(table)
    made = pd.DataFrame(found, index=table.index, columns=table.columns)
    made.attrs = dict(records.attrs)
    return made


def _labels(names: pd.DataFrame, rank: str) -> dict[str, str]:
    """A name for each lineage: that of the rank, where no other has it."""
    each = names.drop_duplicates("_lineage").set_index("_lineage")
    whole = each.apply(lambda row: ";".join(name for name in row if name) or "unassigned", axis=1)
    if rank == "lineage":
        return _distinct(whole, whole)
    lowest = whole.str.rpartition(";")[2]
    named = each[rank].where(each[rank] != "", lowest + f" (no {rank})")
    return _distinct(named, whole)


def _distinct(short: pd.Series, long: pd.Series) -> dict[str, str]:
    shared = short.duplicated(keep=False)
    return {str(key): str(name) for key, name in short.where(~shared, long).items()}
