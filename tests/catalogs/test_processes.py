"""Jobs: begun, looked at, waited for, stopped; on the emulated platform of D4Science."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bluecloud_catalogs import (
    CredentialRequired,
    MalformedAnswer,
    NotFound,
    ParameterError,
    RequestRefused,
    SourceError,
    SourceUnavailable,
)
from bluecloud_catalogs.contexts import ContextLogin
from bluecloud_catalogs.places import File, place_of
from bluecloud_catalogs.processes import Execution, JobFailed, Processes
from tests.federation.reading import declared

PROCESS = "00000000-synthetic"
CONTEXT = "/d4science.research-infrastructures.eu/D4OS/Blue-CloudLab"


@pytest.fixture
def ccp(federation):
    """The platform, asked with a login."""
    login = ContextLogin(place_of(declared("d4science_methods"), "live"), CONTEXT)
    return Processes(login.fetch)


def test_a_job_goes_through_its_states_and_gives_its_results(ccp):
    job = ccp.execute(Execution(process=PROCESS, inputs={"ccpsize": "large"}, outputs=("stdout",)))
    assert (job.status, job.has_ended) == ("accepted", False)
    with pytest.raises(ParameterError, match="its results come when it has ended"):
        ccp.results(job.id)
    pauses: list[float] = []
    done = ccp.wait(job.id, deadline_s=60, pause=pauses.append)
    assert done.status == "successful"
    assert pauses == [1.0]
    assert ccp.results(job.id) == {"stdout": "done"}


def test_a_job_that_fails_says_why(ccp):
    job = ccp.execute(Execution(process=PROCESS, inputs={"fails": True}))
    assert ccp.wait(job.id, deadline_s=60, pause=lambda _: None).status == "failed"
    with pytest.raises(JobFailed, match="failed: Out of memory"):
        ccp.results(job.id)


def test_a_job_can_be_stopped_and_stays_so(ccp):
    job = ccp.execute(Execution(process=PROCESS))
    assert ccp.dismiss(job.id).status == "dismissed"
    assert ccp.job(job.id).has_ended
    with pytest.raises(JobFailed, match="dismissed: no reason"):
        ccp.results(job.id)


def test_who_waits_too_long_is_told_and_the_job_goes_on(ccp):
    job = ccp.execute(Execution(process=PROCESS))
    with pytest.raises(SourceUnavailable, match=f"job {job.id} is still .* it goes on"):
        ccp.wait(job.id, deadline_s=0, pause=lambda _: None)
    assert ccp.job(job.id).id == job.id


def test_what_the_server_does_not_take_is_its_error(ccp):
    with pytest.raises(RequestRefused, match="unknown"):
        ccp.execute(Execution(process=PROCESS, inputs={"unknown": 1}))
    with pytest.raises(NotFound):
        ccp.execute(Execution(process="gone"))
    with pytest.raises(NotFound):
        ccp.job("job-999")
    with pytest.raises(ParameterError, match="no identifier"):
        ccp.job("../processes")


def test_without_a_login_there_is_no_job(ccp, federation, monkeypatch):
    monkeypatch.delenv("BLUECLOUD_D4SCIENCE_TOKEN")
    with pytest.raises(CredentialRequired):
        ccp.execute(Execution(process=PROCESS))
    assert federation.paths == []


@pytest.mark.parametrize("fault", ["500", "html", "reset", "expired token"])
def test_a_platform_that_fails_is_a_named_error(ccp, federation, fault):
    federation.faults["/ccp/"] = fault
    with pytest.raises(SourceError):
        ccp.execute(Execution(process=PROCESS))


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"jobID": "a", "status": "sleeping"}', b"x"])
def test_what_is_no_job_is_no_answer(body):
    processes = Processes(lambda asks: [File("jobs/a", body)])
    with pytest.raises(MalformedAnswer):
        processes.job("a")


@settings(deadline=None)
@given(
    process=st.one_of(st.text(max_size=20), st.integers(), st.none()),
    inputs=st.one_of(
        st.none(),
        st.dictionaries(st.text(max_size=8), st.one_of(st.integers(), st.text(), st.binary())),
    ),
)
def test_any_execution_is_refused_or_becomes_one_request(process, inputs):
    asks = []

    def fetch(several):
        asks.extend(several)
        return [File("x", b'{"jobID": "a"}', status=201)]

    try:
        execution = Execution(process=process, inputs=inputs)
    except ValidationError:
        return
    assert Processes(fetch).execute(execution).id == "a"
    assert asks[0].path == f"processes/{process}/execution"
    assert "/" not in process
