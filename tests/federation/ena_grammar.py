"""ENA's query grammar, as far as it is asked here: comparisons, tax_tree, geo_box1, AND, OR, NOT.

Rows are text, as the API's are. A query that is not understood is an error, as it is there.
"""

import re
from collections.abc import Callable, Mapping

Row = Mapping[str, str]
Test = Callable[[Row], bool]
_TOKEN = re.compile(
    r"\s*(?:(?P<word>AND|OR|NOT|\(|\))|(?P<call>[a-z_0-9]+)\((?P<arguments>[^)]*)\)"
    r'|(?P<field>[a-z_0-9]+)(?P<operator>>=|<=|=)(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s()]+)))'
)


def parse(query: str, fields: set[str]) -> Test:
    """What a row must fulfil; a query of nothing is fulfilled by all.

    Raises
    ------
    ValueError
        With the words of the API.
    """
    tokens, place = [], 0
    while place < len(query.rstrip()):
        found = _TOKEN.match(query, place)
        if not found:
            raise ValueError(f"Invalid query: {query[place:]}")
        tokens.append(found)
        place = found.end()
    if not tokens:
        return lambda row: True
    test, rest = _either(tokens, fields)
    if rest:
        raise ValueError("Invalid query: there is more than one")
    return test


def _either(tokens: list[re.Match[str]], fields: set[str]) -> tuple[Test, list[re.Match[str]]]:
    test, tokens = _both(tokens, fields)
    tests = [test]
    while tokens and tokens[0]["word"] == "OR":
        test, tokens = _both(tokens[1:], fields)
        tests.append(test)
    return lambda row: any(each(row) for each in tests), tokens


def _both(tokens: list[re.Match[str]], fields: set[str]) -> tuple[Test, list[re.Match[str]]]:
    test, tokens = _one(tokens, fields)
    tests = [test]
    while tokens and tokens[0]["word"] == "AND":
        test, tokens = _one(tokens[1:], fields)
        tests.append(test)
    return lambda row: all(each(row) for each in tests), tokens


def _one(tokens: list[re.Match[str]], fields: set[str]) -> tuple[Test, list[re.Match[str]]]:
    if not tokens:
        raise ValueError("Invalid query: it ends in the middle")
    first, *rest = tokens
    if first["word"] == "(":
        test, rest = _either(rest, fields)
        if not rest or rest[0]["word"] != ")":
            raise ValueError("Invalid query: a bracket is not closed")
        return test, rest[1:]
    if first["word"] == "NOT":
        inner, rest = _one(rest, fields)
        return lambda row: not inner(row), rest
    if first["call"]:
        return _called(first["call"], first["arguments"]), rest
    if not first["field"]:
        raise ValueError(f"Invalid query: {first[0]}")
    if first["field"] not in fields:
        raise ValueError(f"Invalid fieldName(s) supplied: {first['field']}")
    return _compared(first), rest


def _compared(told: re.Match[str]) -> Test:
    field, wanted = told["field"], told["quoted"] if told["quoted"] is not None else told["bare"]
    if told["operator"] == "=":
        return lambda row: row[field] == wanted
    if told["operator"] == ">=":
        return lambda row: bool(row[field]) and row[field] >= wanted
    return lambda row: bool(row[field]) and row[field][: len(wanted)] <= wanted


def _called(name: str, arguments: str) -> Test:
    numbers = [float(each) for each in arguments.split(",")]
    if name == "tax_tree" and len(numbers) == 1:
        return lambda row: row["tax_id"] == f"{numbers[0]:.0f}"
    if name == "geo_box1" and len(numbers) == 4:
        south, west, north, east = numbers
        return lambda row: (
            bool(row["lat"])
            and south <= float(row["lat"]) <= north
            and west <= float(row["lon"]) <= east
        )
    raise ValueError(f"Invalid query function: {name}")
