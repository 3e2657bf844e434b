"""The operator's tool for people, on a running hub."""

from __future__ import annotations

import pytest

from bluecloud_hub.errors import PeopleError
from tests.platform.deployments import LABORATORY, Local
from tests.platform.person import Person


async def test_an_operator_is_made_and_may_administer(local: Local) -> None:
    word = local.people().add("olga", operator=True)
    assert word
    async with Person(local.address, "olga", word) as olga:
        await olga.log_in()
        page = await olga.home()
        assert "/hub/admin" in page
        assert 'data-laboratory="restricted"' in page

    # A group for her takes nothing from her, and no new password is made.
    assert local.people().add("olga", groups=["restricted"]) is None
    async with Person(local.address, "olga", word) as olga:
        await olga.log_in()
        assert "/hub/admin" in await olga.home()


async def test_a_name_is_one_person_however_it_is_written(local: Local) -> None:
    word = local.people().add("Uma")
    assert word
    assert local.people().add("uma") is None
    async with Person(local.address, "UMA", word) as uma:
        assert (await uma.log_in()).url.path == "/hub/home"


async def test_whoever_is_removed_is_out_with_their_servers(local: Local) -> None:
    async with await local.person("pat") as pat:
        await pat.start(LABORATORY)
        assert (await pat.watch(LABORATORY))[-1].ready
        local.people().remove("pat")
        assert (await pat.client.get("/hub/home")).url.path == "/hub/login"
        assert "Invalid username or password" in (await pat.log_in()).text
        assert local.home("pat").is_dir()


@pytest.mark.parametrize("name", ["", " ", "Zoë", "a/b", "-x", "two words", "x" * 65])
def test_a_name_that_cannot_be_is_refused(local: Local, name: str) -> None:
    with pytest.raises(PeopleError, match="letters without accents"):
        local.people().add(name)


def test_a_group_that_no_laboratory_has_is_refused_with_those_there_are(local: Local) -> None:
    with pytest.raises(PeopleError, match=r"'enviroment': no laboratory has it; .*restricted"):
        local.people().add("mistyped", groups=["enviroment"])
    with pytest.raises(PeopleError, match="404"):
        local.people().password("mistyped")


def test_nobody_gets_a_password_who_is_not_there(local: Local) -> None:
    with pytest.raises(PeopleError, match="404"):
        local.people().password("ghost")
