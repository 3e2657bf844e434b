"""D4Science has no client in Python to judge by: d4storagehub4R and its kin are in R.

So the emulator is held to what the protocol's own documents say. What of it is standard - the
token endpoint's grants (RFC 6749) and UMA's (UMA 2.0, 3.3.1), OGC API Processes' job states - is
asked with a plain HTTP client here, and nothing of ours.
"""

import httpx

from tests.federation.sources.d4science import CONTEXTS, LOGIN

GRANT = "urn:ietf:params:oauth:grant-type:uma-ticket"


def test_the_token_endpoint_answers_as_oauth_says(federation):
    base = f"{federation.address('d4science')}/accounts/protocol/openid-connect/token"
    audience = sorted(CONTEXTS)[0].replace("/", "%2F")
    bearer = {"Authorization": f"Bearer {LOGIN['BLUECLOUD_D4SCIENCE_TOKEN']}"}
    with httpx.Client(trust_env=False) as client:
        good = client.post(base, data={"grant_type": GRANT, "audience": audience}, headers=bearer)
        bad = client.post(base, data={"grant_type": GRANT, "audience": audience})
        odd = client.post(base, data={"grant_type": "magic"})
    assert good.json()["token_type"] == "Bearer"
    assert good.json()["access_token"]
    assert bad.status_code == 401
    assert odd.json()["error"] == "unsupported_grant_type"


def test_a_job_answers_as_ogc_api_processes_says(federation):
    address = federation.address("d4science")
    audience = sorted(CONTEXTS)[0].replace("/", "%2F")
    bearer = {"Authorization": f"Bearer {LOGIN['BLUECLOUD_D4SCIENCE_TOKEN']}"}
    with httpx.Client(trust_env=False) as client:
        token = client.post(
            f"{address}/accounts/protocol/openid-connect/token",
            data={"grant_type": GRANT, "audience": audience},
            headers=bearer,
        ).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        process = client.get(f"{address}/ccp/processes").json()["processes"][0]["id"]
        begun = client.post(f"{address}/ccp/processes/{process}/execution", json={"inputs": {}})
        job = f"{address}/ccp/jobs/{begun.json()['jobID']}"
        states = [client.get(job).json()["status"] for _ in range(3)]
    assert begun.status_code == 201
    assert states == ["accepted", "running", "successful"]
