"""What is known of gene clusters: how much of one, and whether it is what is asked for.

A gene's functions are names in one text, such as ``K00001,ko:K00002``. A gene without a function
is unknown; that it has none of those asked for cannot be said, so that exclusivity is a share of
the genes of known function, and how many are unknown is told beside it.
"""

import re
from collections.abc import Sequence

import pandas as pd

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.genomics._tables import require_unique

_BETWEEN = r"[\s,;|]+"
_PREFIX = r"^\w+:"
_NO_NAME = ("", "-", "na", "nan", "none")


def gene_functions(genes: pd.DataFrame, *, functions: str = "functions") -> pd.DataFrame:
    """One row for each gene and each of its functions; a gene of unknown function has none.

    Parameters
    ----------
    genes
        A row a gene, by its name, with ``cluster`` and the column of functions: names parted by
        commas, semicolons, bars or spaces; ``-``, ``NA`` or nothing where none is known. A prefix
        as in ``ko:K00001`` is dropped.

    Returns
    -------
    pandas.DataFrame
        ``gene``, ``cluster`` and ``function``.

    Raises
    ------
    ValuesError
        If there is no gene, a gene's name occurs twice, a column is absent or a gene is in no
        cluster.
    """
    checked = genes_of(genes, functions)
    text = checked[functions].astype(object).where(checked[functions].notna(), "").astype(str)
    named = text.str.split(_BETWEEN, regex=True).explode().str.replace(_PREFIX, "", regex=True)
    named = named[~named.str.lower().isin(_NO_NAME)]
    made = pd.DataFrame(
        {
            "gene": named.index,
            "cluster": checked["cluster"].loc[named.index].to_numpy(),
            "function": named.to_numpy(),
        }
    )
    return made.drop_duplicates(ignore_index=True)


def cluster_summary(
    genes: pd.DataFrame, *, asked: Sequence[str] = (), functions: str = "functions"
) -> pd.DataFrame:
    """How many genes each cluster has, how many are unknown, and how exclusive it is.

    Parameters
    ----------
    genes, functions
        As for :func:`gene_functions`.
    asked
        Names of functions, such as KEGG orthologs, with a prefix or without; without any, all
        functions are asked for.

    Returns
    -------
    pandas.DataFrame
        A row a cluster, sorted by name: ``genes``; ``known`` (genes with a function) and
        ``asked`` (genes with one that is asked for); ``unknown_rate`` and ``exclusivity``, both
        0 to 1: the share of genes that are unknown, and of the known ones that are asked for.
        Exclusivity is missing where no gene is known.

    Raises
    ------
    ValuesError
        As for :func:`gene_functions`, or if no gene has one of the functions asked for.
    """
    found = gene_functions(genes, functions=functions)
    names = plain_names(asked)
    is_asked = found["function"].isin(names) if names else pd.Series(True, found.index)
    if asked and not is_asked.any():
        some = found["function"].drop_duplicates().head(5).tolist()
        raise ValuesError(
            f"no gene has a function of {list(asked)}: there are names such as {some}"
        )
    made = pd.DataFrame({"genes": genes.groupby(genes["cluster"].astype(str)).size()})
    for name, rows in (("known", found), ("asked", found[is_asked])):
        count = rows.drop_duplicates("gene").groupby(rows["cluster"].astype(str)).size()
        made[name] = count.reindex(made.index, fill_value=0).astype("int64")
    made["unknown_rate"] = 1 - made["known"] / made["genes"]
    made["exclusivity"] = (made["asked"] / made["known"]).where(made["known"] > 0)
    return made.rename_axis("cluster")


def cluster_composition(genes: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Which share of each cluster's genes is of which taxon (or of any other column's word).

    Parameters
    ----------
    genes
        As for :func:`gene_functions`, with a column of words.
    by
        That column. A gene without a word counts as ``unknown``.

    Returns
    -------
    pandas.DataFrame
        ``cluster``, the column's words, ``genes`` and ``share`` (0 to 1, adds up to 1 in each
        cluster), sorted by cluster and the most frequent first.

    Raises
    ------
    ValuesError
        As for :func:`gene_functions`.
    """
    checked = genes_of(genes, by)
    word = checked[by].astype(object).where(checked[by].notna(), "unknown").astype(str)
    word = word.where(word != "", "unknown").rename(by)
    made = checked.groupby([checked["cluster"].astype(str), word]).size().rename("genes")
    table = made.reset_index()
    table["share"] = table["genes"] / table.groupby("cluster")["genes"].transform("sum")
    order = ["cluster", "genes", by]
    return table.sort_values(order, ascending=[True, False, True], ignore_index=True)


def plain_names(functions: Sequence[str]) -> list[str]:
    """The functions that are asked for as genes have them: each once, without a prefix.

    Raises
    ------
    ParameterError
        If it is one text, of which each letter would be a function.
    """
    if isinstance(functions, str):
        raise ParameterError(f"asked is {functions!r}: a list of functions, as [{functions!r}]")
    return list(dict.fromkeys(re.sub(_PREFIX, "", each.strip()) for each in functions))


def genes_of(genes: pd.DataFrame, column: str) -> pd.DataFrame:
    """The table of genes, checked.

    Raises
    ------
    ValuesError
        As for :func:`gene_functions`.
    """
    absent = [name for name in ("cluster", column) if name not in genes]
    if absent:
        raise ValuesError(f"the table of genes has no column {absent}: it has {list(genes)}")
    if genes.empty:
        raise ValuesError("the table of genes has no row")
    require_unique(genes.index, "gene")
    alone = genes.index[genes["cluster"].isna()]
    if len(alone):
        raise ValuesError(f"{len(alone)} genes are in no cluster, the first is {alone[0]!r}")
    return genes
