"""A home that holds more than its quota: told, held to it, and let go as soon as it is less."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from bluecloud_hub.quotas import held
from tests.platform.deployments import LABORATORY, Local, running
from tests.platform.person import Person
from tests.platform.test_full_home import asked
from tests.service.work import notebook

RUN = {
    "laboratory": LABORATORY,
    "notebook": {"name": "sum.ipynb", "content": notebook("print(n)")},
}


async def submitted(person: Person, token: str) -> httpx.Response:
    """The answer to a submit of a run."""
    return await person.client.post(
        "/services/bluecloud/runs", json=RUN, headers={"Authorization": f"token {token}"}
    )


async def test_who_holds_too_much_is_told_refused_runs_and_taken_again_when_it_is_less(
    tmp_path: Path,
) -> None:
    deployment = Local(tmp_path, BLUECLOUD_HOME_QUOTA="4M", BLUECLOUD_HOME_GRACE_DAYS="0")
    home = deployment.home("hal")
    home.mkdir(parents=True, mode=0o700)
    (home / "large.bin").write_bytes(b"x" * 6_000_000)
    with running(deployment):
        async with await deployment.person("hal") as hal, asyncio.timeout(120):
            while held(tmp_path, "hal") is None:  # the service weighs when it begins
                await asyncio.sleep(0.2)
            page = await hal.home()
            assert "Your home holds 6 MB, and should hold 4 MB at most" in page
            token = await hal.token(scopes=["access:services!service=bluecloud"])
            refused = await submitted(hal, token)
            assert refused.status_code == httpx.codes.FORBIDDEN, refused.text
            assert "no runs are taken until it holds less" in refused.json()["description"]

            await hal.start(LABORATORY)
            try:
                stages = await hal.watch(LABORATORY)
                assert stages[-1].ready, stages[-1].message
                assert any("Your home holds" in stage.message for stage in stages)
                told = {}
                while told.get("home", {}).get("is_shared", True):  # until it was weighed
                    told = (await asked(hal, "GET", "bluecloud/api/server")).json()
                    await asyncio.sleep(0.2)
                assert told["home"]["limit"] == 4_000_000
                assert told["home"]["used"] > 6_000_000
                deleted = await asked(hal, "DELETE", "api/contents/large.bin")
                assert deleted.status_code == httpx.codes.NO_CONTENT, deleted.text
                assert list(home.rglob("large.bin")) == [], "it is in no trash"
            finally:
                await hal.stop(LABORATORY)
            taken = await submitted(hal, token)
            assert taken.is_success, taken.text
            assert "Your home holds" not in await hal.home()
