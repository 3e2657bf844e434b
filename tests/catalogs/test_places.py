"""Requests go to the source's own addresses, wherever those have been moved to."""

import json

import pytest

from bluecloud_catalogs import (
    CredentialRequired,
    MalformedAnswer,
    NotFound,
    RequestTooLarge,
    SourceUnavailable,
)
from bluecloud_catalogs.http import Call, get_all
from bluecloud_catalogs.places import Addresses, Ask, Folder, Live, Snapshot, with_query
from bluecloud_catalogs.snapshots import Snapshots
from tests.federation.server import Reply, serve

MOVED = Addresses(
    "http://mirror/erddap/tabledap",
    {"base": "http://mirror", "erddap": "http://mirror/erddap", "files": "https://files.org/d"},
    (("https://erddap.org/erddap", "http://mirror/erddap"), ("https://files.org/d",) * 2),
)


@pytest.mark.parametrize(
    ("ask", "address"),
    [
        (Ask("ArgoFloats.csv?TEMP"), "http://mirror/erddap/tabledap/ArgoFloats.csv?TEMP"),
        (Ask("?a=1"), "http://mirror/erddap/tabledap?a=1"),
        (Ask(""), "http://mirror/erddap/tabledap"),
        (Ask("info", service="erddap"), "http://mirror/erddap/info"),
        (Ask("https://erddap.org/erddap/files/a.nc"), "http://mirror/erddap/files/a.nc"),
        (Ask("https://files.org/d/a.nc"), "https://files.org/d/a.nc"),
    ],
)
def test_an_address(ask, address):
    assert MOVED.of(ask) == address


@pytest.mark.parametrize(
    "path",
    ["https://elsewhere.org/a", "https://files.org/data", "https://erddap.org.evil/erddap/a",
     "file:///etc/passwd", "http://169.254.169.254/latest"],
)  # fmt: skip
def test_an_answer_cannot_send_a_request_elsewhere(path):
    with pytest.raises(MalformedAnswer, match="points outside of the source"):
        MOVED.of(Ask(path))


def test_a_query_is_encoded_once():
    assert with_query("a", {"q": "a b&c", "n": 1, "m": None, "l": ["x", "y"]}) == (
        "a?q=a%20b%26c&n=1&l=x&l=y"
    )


class Echo:
    """Answers with what it was asked, and says so with the status it is asked for."""

    kind = "emulated"

    def answer(self, request):
        if to := request.query.get("to"):
            return Reply(b"", 302, headers={"Location": to})
        status = int(request.query.get("status", "200"))
        return Reply(request.method.encode() + b" " + request.body, status)


@pytest.fixture
def live(tmp_path):
    with serve({"echo": Echo()}) as federation:
        yield Live(Addresses(federation.address("echo")), Snapshots(tmp_path))


def test_a_post_sends_its_body_and_is_kept_by_it(live, tmp_path):
    asks = [Ask("sparql", method="POST", body=body) for body in (b"SELECT 1", b"SELECT 2")]
    files = live.fetch(asks)
    assert [file.content for file in files] == [b"POST SELECT 1", b"POST SELECT 2"]
    live.keep(files)
    kept = Snapshot(live.addresses, Snapshots(tmp_path)).fetch(asks)
    assert [file.content for file in kept] == [file.content for file in files]


def test_what_was_asked_with_a_login_is_not_kept(live, tmp_path):
    ask = Ask("mine", secrets={"Authorization": "Bearer hush"})
    live.keep(live.fetch([ask]))
    assert not list(tmp_path.iterdir())
    assert "hush" not in repr(ask)


@pytest.mark.parametrize(
    ("status", "kind"), [(404, NotFound), (401, CredentialRequired), (413, RequestTooLarge)]
)
def test_a_status_has_a_meaning(live, status, kind):
    with pytest.raises(kind, match=str(status)):
        live.fetch([f"a?status={status}"])


def test_a_status_that_is_an_answer_here_is_one(live):
    file = live.fetch([Ask("a?status=404", statuses=frozenset({200, 404}))])[0]
    assert (file.status, file.content) == (404, b"GET ")


def test_that_a_page_of_terms_is_not_there_says_nothing_of_the_file(live):
    for statuses in (frozenset({200}), frozenset({200, 404})):
        with pytest.raises(SourceUnavailable, match=r"a\?to=.*leads to .*/licence, .*nothing"):
            live.fetch([Ask("a?to=licence%3Fstatus%3D404", statuses=statuses)])


def test_that_a_file_is_not_where_it_was_moved_to_is_an_answer(live):
    with pytest.raises(NotFound):
        live.fetch(["a?to=/echo/archive/a%3Fstatus%3D404"])


def test_more_than_is_read_at_once_is_refused_with_its_size(live, monkeypatch):
    monkeypatch.setenv("BLUECLOUD_HTTP_MOST_MB", "0.001")
    with pytest.raises(RequestTooLarge, match=r"the answer is 0 MB, and 0\.001 MB are read"):
        live.fetch([Ask("a", method="POST", body=b"x" * 2000)])


def test_a_sample_answers_with_the_file_that_a_request_names(tmp_path):
    (tmp_path / "rows.json").write_text("[]")
    files = Folder(tmp_path).fetch([Ask("search?q=1", sample="rows.json"), "rows.json?page=2"])
    assert [file.content for file in files] == [b"[]", b"[]"]


class Other:
    """Answers with the headers and the body that it was sent."""

    kind = "emulated"

    def answer(self, request):
        return Reply(json.dumps([dict(request.headers), request.body.decode()]).encode())


class Sends:
    """Redirects to an address."""

    kind = "emulated"

    def __init__(self, address: str, status: int) -> None:
        self.address, self.status = address, status

    def answer(self, request):
        return Reply(b"", self.status, headers={"Location": self.address})


SECRETS = {"Authorization": "Bearer hush", "Cookie": "token=hush", "x-argokey": "hush"}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_login_is_not_sent_on_to_another_host(status):
    with serve({"other": Other()}) as there:
        elsewhere = there.address("other").replace("127.0.0.1", "localhost")
        with serve({"sends": Sends(elsewhere, status)}) as here:
            call = Call(here.address("sends"), secrets=SECRETS)
            assert b"hush" not in (get_all([call])[0].content or b"")


@pytest.mark.parametrize("status", [302, 307])
def test_a_login_is_sent_on_within_its_host(status):
    with serve({"other": Other(), "sends": Sends("/other/a", status)}) as federation:
        call = Call(federation.address("sends"), secrets=SECRETS)
        assert (get_all([call])[0].content or b"").count(b"hush") == 3


def test_a_body_is_not_sent_on_to_another_host():
    with serve({"other": Other()}) as there:
        elsewhere = there.address("other").replace("127.0.0.1", "localhost")
        with serve({"sends": Sends(elsewhere, 307)}) as here:
            call = Call(here.address("sends"), "POST", b"password=hush")
            with pytest.raises(SourceUnavailable, match="another host, localhost"):
                get_all([call])


def test_a_redirection_without_an_end_is_no_answer():
    with (
        serve({"sends": Sends("/sends", 302)}) as here,
        pytest.raises(SourceUnavailable, match="redirected more than 10 times"),
    ):
        get_all([Call(here.address("sends"), secrets=SECRETS)])


def test_what_was_asked_in_another_form_is_kept_apart(live, tmp_path):
    class Form:
        kind = "emulated"

        def answer(self, request):
            return Reply(request.headers["accept"].encode())

    asks = [Ask("a", headers={"Accept": form}) for form in ("text/csv", "text/turtle")]
    with serve({"form": Form()}) as federation:
        place = Live(Addresses(federation.address("form")), Snapshots(tmp_path))
        place.keep(place.fetch(asks))
        kept = Snapshot(place.addresses, Snapshots(tmp_path)).fetch(asks)
    assert [file.content for file in kept] == [b"text/csv", b"text/turtle"]


def test_an_answer_is_kept_with_its_status(live, tmp_path):
    ask = Ask("a?status=404", statuses=frozenset({200, 404}))
    live.keep(live.fetch([ask]))
    assert Snapshot(live.addresses, Snapshots(tmp_path)).fetch([ask])[0].status == 404


@pytest.mark.parametrize("note", [b"[]", b"\xff", b"null", b'{"sha256": 3}', None])
def test_a_kept_answer_that_cannot_be_read_costs_no_reading(live, tmp_path, note):
    live.keep(live.fetch(["a"]))
    (path,) = tmp_path.glob("*.json")
    path.unlink()
    path.write_bytes(note) if note is not None else path.mkdir()

    assert live.fetch(["a"])[0].content == b"GET "
    with pytest.raises(SourceUnavailable, match="no snapshot"):
        Snapshot(live.addresses, Snapshots(tmp_path)).fetch(["a"])
