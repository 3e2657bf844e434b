"""A link opens a laboratory, and brings a repository along."""

from __future__ import annotations

import pytest

from tests.platform.deployments import LABORATORY, Deployment

pytestmark = pytest.mark.one_engine

REPOSITORY = """
import subprocess
from pathlib import Path
folder = Path.home() / "origin"
folder.mkdir()
(folder / "lesson.md").write_text("# A lesson")
git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-C", str(folder)]
for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "Begin"]):
    subprocess.run([*git, *words], check=True)
print(folder)
"""
LESSON = "from pathlib import Path; print(Path.home().joinpath('lessons/lesson.md').read_text())"


async def test_a_link_starts_the_laboratory_and_brings_a_repository(
    deployment: Deployment,
) -> None:
    async with await deployment.person("lisa") as lisa:
        link = f"/hub/user-redirect/{LABORATORY}/git-pull"
        waiting = await lisa.client.get(link, params={"repo": "x"})
        assert waiting.is_success
        assert (await lisa.watch(LABORATORY))[-1].ready

        origin = (await lisa.run(LABORATORY, REPOSITORY)).strip()
        asked = {"repo": f"file://{origin}", "branch": "main", "targetpath": "lessons"}
        page = await lisa.client.get(link, params=asked)
        assert page.status_code == 200
        assert f"/{LABORATORY}/git-pull" in str(page.url)
        assert origin in page.text
        pulled = await lisa.client.get(f"{await lisa.server(LABORATORY)}git-pull/api", params=asked)
        assert '"phase": "finished"' in pulled.text
        assert (await lisa.run(LABORATORY, LESSON)).strip() == "# A lesson"
        assert (await lisa.stop(LABORATORY)).is_success


async def test_a_link_to_no_laboratory_is_no_page(deployment: Deployment) -> None:
    async with await deployment.person("mila") as mila:
        page = await mila.client.get("/hub/user-redirect/nosuch/lab")
        assert page.status_code == 404
        assert "is not a laboratory; there are: " in page.text
