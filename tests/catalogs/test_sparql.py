"""SPARQL end-points: a real engine on loopback, hostile texts, and pages where JSON was asked."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluecloud_catalogs import MalformedAnswer, ParameterError, RequestRefused, RequestTooLarge
from bluecloud_catalogs.places import Addresses, File, Live
from bluecloud_catalogs.readers.sparql import (
    Sparql,
    SparqlOptions,
    SparqlRequest,
    bindings,
    literal,
)
from tests.federation import rdf
from tests.federation.recorded import recorded
from tests.federation.server import Reply, Request, serve

ox = pytest.importorskip("pyoxigraph")
NAME = "http://xmlns.com/foaf/0.1/name"
NAMES = ['one "quoted"', "back\\slash", "two\nlines", "three } UNION { ?x ?y ?z", "Żółw", "four"]
OPTIONS = {
    "columns": ["who", "name"],
    "where": "?who <http://xmlns.com/foaf/0.1/name> ?name .",
    "text": ["name"],
    "sample": "made.json",
}


class Engine:
    """An end-point over a few names, that counts right or wrong and cuts off if told."""

    kind = "emulated"

    def __init__(self) -> None:
        self.store = rdf.store_of(
            rdf.triple(f"urn:who:{number}", NAME, ox.Literal(name))
            for number, name in enumerate(NAMES)
        )
        self.cut = 0
        self.queries: list[str] = []

    def answer(self, request: Request) -> Reply:
        self.queries.append(rdf.query_of(request) or "")
        found = rdf.answer(self.store, request)
        if self.cut and b"name" in found.body:
            told = json.loads(found.body)
            told["results"]["bindings"] = told["results"]["bindings"][: self.cut]
            return Reply(json.dumps(told).encode())
        return found


@pytest.fixture(scope="module")
def server():
    engine = Engine()
    with serve({"engine": engine}) as running:
        yield engine, Live(Addresses(running.address("engine")), None)


@pytest.fixture
def engine(server):
    server[0].queries.clear()
    yield server[0]
    server[0].cut = 0


def asked(server, *, options=None, **request):
    made = SparqlOptions.model_validate({**OPTIONS, **(options or {})})
    return Sparql().read(server[1], made, SparqlRequest.model_validate(request), lazy=False)


@pytest.mark.parametrize("send", ["get", "form", "text"])
def test_every_way_of_sending_gives_all_rows(server, engine, send):
    found = asked(server, options={"send": send})
    assert sorted(found.data["name"]) == sorted(NAMES)


@pytest.mark.parametrize("page", [1, 2, 5, 6, 7])
def test_pages_give_all_rows_once(server, engine, page):
    found = asked(server, options={"page": page})
    assert sorted(found.data["name"]) == sorted(NAMES)
    assert len(engine.queries) == 1 + -(-len(NAMES) // page)


@pytest.mark.parametrize("text", NAMES)
def test_a_text_is_found_whatever_is_in_it(server, engine, text):
    assert asked(server, contains={"name": text}).data["name"].tolist() == [text]


def test_case_does_not_matter_and_nothing_found_is_empty(server, engine):
    assert asked(server, contains={"name": "FOUR"}).count == 1
    nothing = asked(server, contains={"name": "five"})
    assert nothing.count == 0
    assert list(nothing.data.columns) == ["who", "name"]


def test_a_service_that_cuts_off_is_not_believed(server, engine):
    engine.cut = 4
    with pytest.raises(MalformedAnswer, match="6 rows were counted, and 4 came"):
        asked(server)


def test_too_many_rows_are_refused_with_their_number(server, engine):
    with pytest.raises(RequestTooLarge, match="6 rows are asked for at once, 5 are allowed"):
        asked(server, options={"most": 5})
    assert len(engine.queries) == 1


def test_what_the_engine_does_not_understand_is_a_refusal(server, engine):
    with pytest.raises(RequestRefused):
        asked(server, options={"where": "?who ?name"})


@settings(deadline=None)
@given(st.text(max_size=250))
def test_no_text_is_anything_but_a_text(server, text):
    """It is refused before any request, or means itself: no row appears that lacks it."""
    engine, _ = server
    engine.queries.clear()
    try:
        found = asked(server, contains={"name": text})
    except ParameterError:
        assert engine.queries == []
    else:
        assert set(found.data["name"]) == {each for each in NAMES if text.lower() in each.lower()}


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=50))
def test_a_literal_means_its_text(text):
    (row,) = ox.Store().query(f"SELECT ({literal(text)} AS ?text) WHERE {{}}")
    assert row["text"].value == text


def test_a_column_that_is_not_for_searching_is_named(server, engine):
    with pytest.raises(ParameterError, match="text is searched for in name"):
        asked(server, contains={"who": "x"})
    with pytest.raises(ParameterError, match="have none to be asked for"):
        asked(server, time="2020")
    assert engine.queries == []


def test_the_recorded_page_of_the_nvs_is_no_result():
    path = recorded("seadatanet/nvs/sparql_sssom_R08_R23.srj.json")
    with pytest.raises(MalformedAnswer, match="a page for people came that says 'NVS'"):
        list(bindings(File(path.name, path.read_bytes()), ("subj",)))


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b'{"head": {"vars": ["a"]}}', b'{"head": {"vars": ["b"]}, "results": {}}',
     b'{"head": {"vars": ["a"]}, "results": {"bindings": [{"a": 1}]}}'],
)  # fmt: skip
def test_another_json_is_malformed(content):
    with pytest.raises(MalformedAnswer):
        list(bindings(File("made", content), ("a",)))


def test_a_variable_that_is_not_bound_is_none():
    content = b'{"head": {"vars": ["a"]}, "results": {"bindings": [{}]}}'
    assert list(bindings(File("made", content), ("a",))) == [{"a": None}]


def test_a_period_counts_days_and_moments(server):
    store = rdf.store_of(
        rdf.triple(f"urn:{told}", "urn:at", ox.Literal(told))
        for told in ("2020-01-01", "2020-01-01T23:59:59Z", "2020-01-02T00:00:00Z", "2019-12-31")
    )

    class Dates:
        kind = "emulated"

        def answer(self, request: Request) -> Reply:
            return rdf.answer(store, request)

    options = SparqlOptions.model_validate(
        {"columns": ["at"], "where": "?x <urn:at> ?at .", "dates": ["at"], "time": "at",
         "sample": "made.json"}
    )  # fmt: skip
    with serve({"dates": Dates()}) as running:
        place = Live(Addresses(running.address("dates")), None)
        request = SparqlRequest.model_validate({"time": "2020-01-01"})
        found = Sparql().read(place, options, request, lazy=False)
    assert [str(each) for each in found.data["at"]] == [
        "2020-01-01 00:00:00",
        "2020-01-01 23:59:59",
    ]
