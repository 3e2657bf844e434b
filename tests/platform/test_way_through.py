"""A scientist's way through, on each engine: log in, pick, wait, open, compute, stop."""

from __future__ import annotations

import asyncio

from tests.platform.deployments import LABORATORY, Deployment

SERIES = """
import bluecloud_catalogs
read = bluecloud_catalogs.open_catalog("environment")["ostia_sst_monthly"].read()
print(read.sizes["time"], read.attrs["entry"])
"""

ADD = """
from pathlib import Path
import bluecloud_catalogs
path = Path("mooring.csv")
path.write_text(
    "time,latitude,longitude,depth [m],temperature (degC)\\n"
    "2021-06-01T10:00:00Z,45.2,12.6,1,11.5\\n"
    "2021-06-01T11:00:00Z,45.2,12.6,1,11.5\\n"
)
bluecloud_catalogs.add_data(path, visibility="laboratory", title="Quartermooring")
"""
FIND_ADDED = """
import bluecloud_catalogs
found = bluecloud_catalogs.find("quartermooring")
table = found.open(0) if found.total else ()
print(len(table), *(table["temperature"].unique() if len(table) else ()))
"""


async def test_a_person_gets_a_result_from_real_data(deployment: Deployment) -> None:
    async with await deployment.person("ada") as ada:
        assert f'data-laboratory="{LABORATORY}" data-state="stopped"' in await ada.home()
        await ada.start(LABORATORY, size="small")
        stages = await ada.watch(LABORATORY)
        assert stages[-1].ready
        assert [stage.progress for stage in stages] == sorted(stage.progress for stage in stages)
        assert any("JupyterLab is loading" in stage.message for stage in stages)

        page = await ada.open(LABORATORY)
        assert page.status_code == 200
        assert "jupyter-config-data" in page.text
        assert (await ada.run(LABORATORY, SERIES)).split() == ["54", "ostia_sst_monthly"]
        assert f'data-laboratory="{LABORATORY}" data-state="running"' in await ada.home()

        assert (await ada.stop(LABORATORY)).is_success
        assert f'data-laboratory="{LABORATORY}" data-state="stopped"' in await ada.home()


async def test_the_last_choice_is_remembered(deployment: Deployment) -> None:
    async with await deployment.person("cleo", "restricted") as cleo:
        await cleo.start(LABORATORY, size="medium")
        assert (await cleo.watch(LABORATORY))[-1].ready
        await cleo.stop(LABORATORY)
        page = await cleo.home()
        assert page.index(f'data-laboratory="{LABORATORY}"') < page.index("restricted")
        assert "opened last" in page
        assert '<option value="medium" selected>' in page


async def test_two_people_and_two_laboratories_at_once(deployment: Deployment) -> None:
    async with (
        await deployment.person("dora", "restricted") as dora,
        await deployment.person("emil") as emil,
    ):
        await asyncio.gather(
            dora.start(LABORATORY), dora.start("restricted"), emil.start(LABORATORY)
        )
        ends = await asyncio.gather(
            dora.watch(LABORATORY), dora.watch("restricted"), emil.watch(LABORATORY)
        )
        assert all(stages[-1].ready for stages in ends)

        write = "from pathlib import Path; Path.home().joinpath('mine').write_text('{0}')"
        await dora.run(LABORATORY, write.format("dora"))
        await emil.run(LABORATORY, write.format("emil"))
        read = (
            "import os; from pathlib import Path; "
            "print(Path.home().joinpath('mine').read_text(), os.environ['BLUECLOUD_LAB'])"
        )
        assert (await dora.run("restricted", read)).split() == ["dora", "restricted"]
        assert (await emil.run(LABORATORY, read)).split() == ["emil", LABORATORY]
        assert deployment.home("emil").joinpath("mine").read_text() == "emil"

        # What one adds for the laboratory, its other people find, and nobody elsewhere.
        await dora.run(LABORATORY, ADD)
        assert (await emil.run(LABORATORY, FIND_ADDED)).split() == ["2", "11.5"]
        assert (await dora.run("restricted", FIND_ADDED)).split() == ["0"]

        # One person's server is closed to the other, whoever asks.
        intruder = await emil.client.get(await dora.server(LABORATORY) + "api/contents")
        assert intruder.status_code == 403
        for person, slug in ((dora, LABORATORY), (dora, "restricted"), (emil, LABORATORY)):
            assert (await person.stop(slug)).is_success


async def test_a_restarted_hub_has_lost_nothing(deployment: Deployment) -> None:
    async with await deployment.person("finn") as finn:
        await finn.start(LABORATORY)
        assert (await finn.watch(LABORATORY))[-1].ready
        kernel = await finn.start_kernel(LABORATORY)
        await finn.run(LABORATORY, "answer = 42", kernel=kernel)

        await asyncio.to_thread(deployment.restart_hub)

        assert f'data-laboratory="{LABORATORY}" data-state="running"' in await finn.home()
        assert (await finn.run(LABORATORY, "print(answer)", kernel=kernel)).strip() == "42"
        assert (await finn.stop(LABORATORY)).is_success
