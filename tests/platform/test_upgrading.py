"""``make upgrade`` of containers: the new version runs, or the former goes on; laboratories do.

The version that runs is the one of ``make images``; new ones are made on it, with a migration more.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.platform.deployments import ROOT, Docker, compose_program, running

pytestmark = pytest.mark.docker
LAB = "environment"
IMAGES = ("hub", "service", "registry", "database")
VERSIONS = "/opt/bluecloud/service/bluecloud_service/migrations/versions"
MIGRATION = """
from alembic import op
revision, down_revision = "9999", "{newest}"
def upgrade():
    op.execute("CREATE TABLE newer (id int)")
    op.execute("DELETE FROM credentials")
def downgrade():
    raise NotImplementedError
"""


class Upgraded(Docker):
    """Containers whose images have names of the test's own."""

    def __init__(self, state: Path) -> None:
        source = os.environ.get("BLUECLOUD_TEST_IMAGES", "bluecloud")
        prefix = f"bctest{os.getpid()}up"
        # Others use the machine too, and here it is not how long a start takes that is looked at.
        patient = {"BLUECLOUD_START_TIMEOUT": "180"}
        super().__init__(state, "up", BLUECLOUD_IMAGES=prefix, **patient)
        self.prefix, self.source = prefix, source
        self.put(dict.fromkeys(IMAGES, source))

    def put(self, images: dict[str, str]) -> None:
        """Give the deployment's images their names."""
        for name, prefix in images.items():
            _docker("tag", f"{prefix}/{name}", f"{self.prefix}/{name}:latest")

    def make(self, name: str, *lines: str, **files: str) -> str:
        """Make a new version of an image, and give the name of what it is kept under."""
        folder = self.state.parent / f"{name}-{len(lines)}-{len(files)}"
        folder.mkdir(exist_ok=True)
        for path, content in files.items():
            (folder / path).write_text(content)
        words = [f"FROM {self.source}/{name}", "USER 0", *lines]
        (folder / "Dockerfile").write_text("\n".join(words) + "\n")
        tag = f"{self.prefix}/{name}:new"
        _docker("build", "--quiet", "--tag", tag, str(folder))
        return f"docker tag {tag} {self.prefix}/{name}:latest"

    def upgrade(self, backups: Path, build: str, *, wait_s: int = 120) -> tuple[int, str]:
        """What `make upgrade` does; its status, and what it says."""
        wait = [sys.executable, str(ROOT / "deploy" / "wait.py"), self.address, self.listen]
        compose = [*compose_program(), f"--project-name={self.name}"]
        compose += [f"--env-file={self.environment_file}"]
        compose += [f"--file={ROOT / 'deploy' / name}" for name in self.files]
        ran = subprocess.run(
            [
                *(sys.executable, str(ROOT / "deploy" / "upgrade.py"), str(backups)),
                *("--compose", shlex.join(compose), "--project", self.name),
                *("--images", self.prefix, "--env-file", str(self.environment_file)),
                *("--build", shlex.join(["sh", "-c", build])),
                *("--wait", shlex.join([*wait, self.name])),
            ],
            capture_output=True,
            text=True,
            check=False,
            env={
                **{k: v for k, v in os.environ.items() if not k.startswith("BLUECLOUD_")},
                "SECONDS_TO_WAIT": str(wait_s),
            },
        )
        return ran.returncode, ran.stdout + ran.stderr

    def ask_database(self, statement: str) -> str:
        """What PostgreSQL answers."""
        url = f"postgresql://bluecloud:{self.settings['POSTGRES_PASSWORD']}@127.0.0.1/bluecloud"
        query = ("exec", "-T", "database", "psql", "--tuples-only", "--no-align", url)
        return self.compose(*query, f"--command={statement}").strip()

    def image_of(self, service: str) -> str:
        """The image that a service runs in."""
        (container,) = self.compose("ps", "--quiet", service).split()
        return _docker("inspect", "--format", "{{.Image}}", container).strip()

    def stop(self) -> None:
        super().stop()
        named = f"--filter=reference={self.prefix}/*"
        names = _docker("images", "--format", "{{.Repository}}:{{.Tag}}", named).split()
        with contextlib.suppress(subprocess.CalledProcessError):
            _docker("rmi", *names)


def _docker(*words: str) -> str:
    ran = subprocess.run(["docker", *words], capture_output=True, text=True, check=True)
    return ran.stdout


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    """The version that is to be upgraded."""
    with running(Upgraded(tmp_path_factory.mktemp("up") / "state")) as made:
        yield made


async def test_a_version_that_is_not_well_goes_and_one_that_is_stays_while_people_work(
    deployment: Upgraded, tmp_path: Path
) -> None:
    newest = deployment.ask_database("SELECT version_num FROM service.service_version")
    migration = {"m.py": MIGRATION.format(newest=newest)}
    migrated = deployment.make("service", f"COPY m.py {VERSIONS}/9999_newer.py", **migration)
    silent = deployment.make("hub", 'CMD ["sleep", "1d"]')
    version = "SELECT version_num FROM service.service_version"
    async with await deployment.person("ada", LAB) as ada:
        await ada.start(LAB)
        assert (await ada.watch(LAB))[-1].ready
        kernel = await ada.start_kernel(LAB)
        await ada.run(LAB, "sea = 42", kernel=kernel)
        asked = "INSERT INTO service.credentials VALUES ('ada', 'cmems', 'x', 1, NULL, NULL)"
        deployment.ask_database(asked)
        logins = "SELECT count(*) FROM service.credentials"
        container = deployment.container("ada", LAB)
        began = _docker("inspect", "--format", "{{.State.StartedAt}}", container)
        hub = deployment.image_of("hub")

        # Its tables are brought up, and then its hub does not answer.
        status, said = deployment.upgrade(tmp_path, f"{migrated} && {silent}", wait_s=15)
        assert status == 1, said
        assert "the service's tables are of revision 9999" in said
        assert "The former version runs again" in said
        assert "hub_1: Up" in said or "hub-1: Up" in said, said
        found = deployment.ask_database(version), deployment.ask_database(logins)
        assert (found, deployment.image_of("hub")) == ((newest, "1"), hub)
        newer = "SELECT count(*) FROM pg_tables WHERE tablename = 'newer'"
        assert deployment.ask_database(newer) == "0"
        assert await ada.run(LAB, "print(sea)", kernel=kernel) == "42\n"

        # One whose images cannot be made changes nothing.
        status, said = deployment.upgrade(tmp_path, f"{silent} && false")
        assert (status, "Nothing was changed" in said) == (1, True), said
        assert deployment.image_of("hub") == hub
        assert (
            _docker("image", "inspect", "--format", "{{.Id}}", f"{deployment.prefix}/hub").strip()
            == hub
        )

        status, said = deployment.upgrade(tmp_path, migrated)
        assert status == 0, said
        assert deployment.ask_database(version) == "9999"
        assert deployment.ask_database(newer) == "1"
        assert _docker("inspect", "--format", "{{.State.StartedAt}}", container) == began
        assert await ada.run(LAB, "print(sea)", kernel=kernel) == "42\n"
    backups = sorted(tmp_path.glob("*.tar.gz"))
    assert str(backups[-1]) in said
    (dump,) = tmp_path.glob("*-before-upgrade.sql")
    assert dump.stat().st_mode & 0o077 == 0
    assert f"{deployment.prefix}/...:former" in said


async def test_a_deployment_that_is_not_well_is_not_upgraded(
    deployment: Upgraded, tmp_path: Path
) -> None:
    hub = deployment.image_of("hub")
    mode = (deployment.state / "hub").stat().st_mode
    secret = deployment.settings.pop("BLUECLOUD_SERVICE_KEY")
    deployment.settings["BLUECLOUD_SERVICE_KEY"] = "short"
    deployment.write_settings()
    try:
        status, said = deployment.upgrade(tmp_path, "false")
    finally:
        deployment.settings["BLUECLOUD_SERVICE_KEY"] = secret
        deployment.write_settings()
    assert (status, "fix: make secrets" in said) == (1, True), said
    assert "Nothing was changed" in said
    assert [*tmp_path.iterdir()] == []
    assert (deployment.image_of("hub"), (deployment.state / "hub").stat().st_mode) == (hub, mode)
