"""Orders of the data cache: placed once, looked at until they are ready, downloaded, closed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bluecloud_catalogs import (
    CatalogueError,
    CredentialRequired,
    MalformedAnswer,
    NotFound,
    ParameterError,
    RequestRefused,
    SourceError,
)
from bluecloud_catalogs.orders import DataCache, Order, failed
from tests.federation.datacache import TOKEN, ZIP, Cache
from tests.federation.server import serve

TOLD = {
    "request_id": "r1",
    "marine_id": "person1",
    "order_number": "0001",
    "downloads": ({"url": "https://data.example.org/a.nc", "filename": "a.nc", "order_line": "0"},),
}


@pytest.fixture
def cache(monkeypatch):
    """A cache, and the server it runs on."""
    state = Cache()
    with serve({"cache": state}) as server:
        monkeypatch.setenv("BLUECLOUD_DATACACHE_URL", server.address("cache"))
        monkeypatch.setenv("BLUECLOUD_DATACACHE_TOKEN", TOKEN)
        yield state, server


def test_an_order_is_placed_made_downloaded_and_closed(cache):
    state, _ = cache
    assert DataCache().place(Order(**TOLD)) == "r1"
    with pytest.raises(RequestRefused, match="being made"):
        DataCache().close("person1", "0001")
    assert DataCache().packages("person1", "0001") == ()
    (package,) = DataCache().packages("person1", "0001")
    assert DataCache().download(package) == ZIP
    DataCache().close("person1", "0001")
    assert state.orders == {}
    with pytest.raises(NotFound, match="does not exist"):
        DataCache().packages("person1", "0001")


def test_an_order_is_placed_once(cache):
    DataCache().place(Order(**TOLD))
    with pytest.raises(RequestRefused, match="already exists"):
        DataCache().place(Order(**TOLD))


def test_an_address_is_good_until_the_next_and_its_key_is_never_shown(cache):
    DataCache().place(Order(**TOLD))
    DataCache().packages("person1", "0001")
    (first,) = DataCache().packages("person1", "0001")
    DataCache().packages("person1", "0001")
    with pytest.raises(NotFound, match="ask for packages again") as caught:
        DataCache().download(first)
    assert "key-" not in str(caught.value)
    assert "key-" not in repr(first)


@pytest.mark.parametrize("content", [b"", ZIP[:-1], b"x" * len(ZIP)])
def test_a_package_that_is_not_whole_is_no_package(cache, content):
    state, _ = cache
    DataCache().place(Order(**TOLD))
    DataCache().packages("person1", "0001")
    (package,) = DataCache().packages("person1", "0001")
    state.content = content
    with pytest.raises(MalformedAnswer):
        DataCache().download(package)


def test_a_package_elsewhere_is_not_asked_for(cache):
    state, _ = cache
    state.elsewhere = True
    DataCache().place(Order(**TOLD))
    DataCache().packages("person1", "0001")
    (package,) = DataCache().packages("person1", "0001")
    with pytest.raises(MalformedAnswer, match="outside of the cache"):
        DataCache().download(package)


def test_without_an_address_or_a_login_nothing_is_asked(cache, monkeypatch):
    _, server = cache
    monkeypatch.delenv("BLUECLOUD_DATACACHE_TOKEN")
    with pytest.raises(CredentialRequired, match="bluecloud credentials add datacache"):
        DataCache().place(Order(**TOLD))
    monkeypatch.delenv("BLUECLOUD_DATACACHE_URL")
    with pytest.raises(CatalogueError, match="must name"):
        _ = DataCache().address
    assert server.asked == []


def test_a_wrong_login_is_an_error_that_does_not_show_it(cache, monkeypatch):
    monkeypatch.setenv("BLUECLOUD_DATACACHE_TOKEN", "secret")
    with pytest.raises(CredentialRequired) as caught:
        DataCache().place(Order(**TOLD))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("fault", ["500", "html", "reset", "silent", "429"])
def test_a_cache_that_fails_is_a_named_error(cache, monkeypatch, fault):
    _, server = cache
    monkeypatch.setenv("BLUECLOUD_HTTP_SILENCE_S", "1")
    DataCache().place(Order(**TOLD))
    server.faults["/download/"] = fault
    with pytest.raises(SourceError):
        DataCache().packages("person1", "0001")


def test_the_caches_last_word_says_which_lines_failed_and_why():
    told = {"errors": [{"order_line": "0", "error_number": "003", "url": "x"}]}
    assert failed(told) == {"0": "its server took too long"}
    assert failed({"errors": []}) == {}
    with pytest.raises(MalformedAnswer):
        failed({})


@pytest.mark.parametrize("id", ["", "..", "a/b", "a b"])
def test_what_is_no_identifier_is_not_asked_with(cache, id):
    _, server = cache
    with pytest.raises(ParameterError):
        DataCache().packages(id, "0001")
    assert server.asked == []


ANYTHING = st.one_of(st.none(), st.text(max_size=20), st.integers())


@settings(deadline=None)
@given(marine_id=ANYTHING, order_number=ANYTHING, url=ANYTHING, filename=ANYTHING)
def test_any_order_is_refused_or_well_formed(marine_id, order_number, url, filename):
    line = {"url": url, "filename": filename, "order_line": "0"}
    told = {**TOLD, "marine_id": marine_id, "order_number": order_number, "downloads": (line,)}
    try:
        order = Order(**told)
    except ValidationError:
        return
    assert "/" not in order.marine_id
    assert order.downloads[0].url.startswith("http")
