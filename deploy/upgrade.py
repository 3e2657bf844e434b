"""Brings a deployment to the version that is checked out, or back to the one it had.

Only the standard library: it runs on the machine that has nothing but Python and Docker. In order:
it is examined and backed up by the version that runs; the new images are built while that goes on;
then hub and service stop, the database is dumped once more, which is what nobody wrote after, its
tables are brought up, and all starts. If anything of that fails, the former images, which were kept
by their digest, and that dump take its place again. Laboratories and runs are containers of their
own, which go on through all of it.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from calls import Compose, Failed, call, docker, say, told

# What keeps an upgrade from being begun, of all that the doctor looks at.
BEFORE = (
    "settings",
    "secrets",
    "state-folder",
    "state-writable",
    "disk-state",
    "disk-docker",
    "docker",
    "service-database",
    "hub-database",
)
# What has to be well after it.
AFTER = ("hub", "proxy", "service", "keeper", "service-tables", "hub-tables")
IMAGES = {
    "proxy": "hub",
    "hub": "hub",
    "fence": "hub",
    "service": "service",
    "registry": "registry",
    "database": "database",
    "front": "front",
}
FORMER = "former"


@dataclass
class Upgrade:
    """One upgrade of one deployment.

    Attributes
    ----------
    compose
        Compose on the deployment.
    backups
        The folder for the backup and the dump.
    build, release
        The commands that make the new images, and give people those of laboratories.
    wait
        The command that returns when the deployment is well.
    former
        The images of the version that runs, by the service that has them.
    """

    compose: Compose
    project: str
    prefix: str
    backups: Path
    build: list[str]
    release: list[str]
    wait: list[str]
    former: dict[str, str] = field(default_factory=dict)
    backup: str = ""

    def run(self) -> int:
        """Do all of it: 0 when done, 1 when the former version runs, 2 when neither does."""
        try:
            self.former = self._images()
            self.compose.do("up", "--detach", "--no-deps", "database")
            self.compose.database_is_well()
            self._examine(BEFORE, "before the upgrade")
            self._keep_former()
            self._back_up()
        except Failed as error:
            say(f"{error}\nNothing was changed: the version that runs goes on.")
            return 1
        try:
            say("building the new images")
            call(self.build)
        except (Failed, KeyboardInterrupt) as error:
            self._put_images()
            say(f"{error}\nNothing was changed: the version that runs goes on.")
            return 1
        return self._exchange()

    def _exchange(self) -> int:
        dump = self.backups / f"{self.project}-before-upgrade.sql"
        began, dumped = time.monotonic(), False
        try:
            say("stopping hub and service; laboratories and runs go on")
            self.compose.do("stop", "hub", "service")
            self.compose.dump(dump)
            dumped = True
            self.compose.do("up", "--detach", "--no-deps", "database")
            self.compose.database_is_well()
            say("bringing the tables up")
            configuration = "/opt/bluecloud/hub/jupyterhub_config.py"
            self.compose.inside("hub", "jupyterhub", "upgrade-db", "-f", configuration)
            self.compose.inside("service", "python", "-m", "bluecloud_service.database")
            self.compose.do("up", "--detach")
            call(self.wait)
            self._examine(AFTER, "after the upgrade")
        except (Failed, KeyboardInterrupt) as error:
            say(str(error) or "it was broken off")
            return self._go_back(dump if dumped else None)
        say(f"it runs; nobody could log in for {time.monotonic() - began:.0f} s")
        if self.release:
            call(self.release)
        say(
            f"The backup of before is {self.backup}; it and {dump} are secret, and yours to "
            f"remove.\nThe former images are kept as {self.prefix}/...:{FORMER}. {self._way_back()}"
        )
        return 0

    def _go_back(self, dump: Path | None) -> int:
        is_back = False
        os.environ.pop("SECONDS_TO_WAIT", None)  # however short the new one was waited for
        say("the new version is not well; the last that its hub and service said:")
        self.compose.show_logs()
        say("going back to the former version")
        try:
            self.compose.do("stop", "hub", "service")
            self._put_images()
            self.compose.do("up", "--detach", "--no-deps", "database")
            self.compose.database_is_well()
            if dump:
                self.compose.put(dump)
            is_back = True
            self.compose.do("up", "--detach")
            call(self.wait)
        except Failed as error:
            by_hand = (
                "Its images and its database are back; what starts them is still the new "
                f"checkout's: {self._checkout()}, and make up."
                if is_back
                else self._way_back()
            )
            say(
                f"{error}\nThe former version does not run either. {by_hand}\n"
                "If that does not help: make doctor, and what make backup left."
            )
            return 2
        say(
            "The former version runs again, with its database as it was when hub and service "
            "stopped; nothing of people's was lost. The checkout is still the new one: "
            f"{self._checkout()}"
        )
        return 1

    def _way_back(self) -> str:
        return (
            f"To bring the former version back by hand: {self._checkout()}, then make restore "
            f"FROM={self.backup} ARGS=--replace, which ends laboratories and runs, and make up."
        )

    def _checkout(self) -> str:
        words = [docker(), "image", "inspect", f"{self.prefix}/hub:{FORMER}"]
        label = '{{index .Config.Labels "org.opencontainers.image.revision"}}'
        found = subprocess.run(
            [*words, "--format", label], capture_output=True, text=True, check=False
        )
        return f"git checkout {found.stdout.strip() or 'the former revision'}"

    # Steps -----------------------------------------------------------------------------------

    def _images(self) -> dict[str, str]:
        """The images that the deployment's containers were made from."""
        words = [docker(), "ps", "--all", "--quiet", "--no-trunc"]
        words += [f"--filter=label=com.docker.compose.project={self.project}"]
        words += ["--filter=label=com.docker.compose.oneoff=False"]
        containers = told(words).split()
        if not containers:
            raise Failed("there is no deployment to upgrade: make up starts one")
        form = '{{index .Config.Labels "com.docker.compose.service"}} {{.Image}}'
        lines = told([docker(), "inspect", "--format", form, *containers]).splitlines()
        return dict(line.split() for line in lines if line.split()[0] in IMAGES)

    def _keep_former(self) -> None:
        for service, image in self.former.items():
            told([docker(), "tag", image, f"{self.prefix}/{IMAGES[service]}:{FORMER}"])

    def _put_images(self) -> None:
        for service, image in self.former.items():
            told([docker(), "tag", image, f"{self.prefix}/{IMAGES[service]}:latest"])

    def _examine(self, checks: Sequence[str], when: str) -> None:
        say(f"examining the deployment {when}")
        only = [word for each in checks for word in ("--only", each)]
        words = ["bluecloud", "doctor", "--json", "--env-file", "/run/deployment.env", *only]
        ran = self.compose.operating(*words)
        try:
            findings = json.loads(ran.stdout[ran.stdout.index("{") :])["findings"]
        except (ValueError, KeyError):
            raise Failed(f"the doctor does not say: {(ran.stderr or ran.stdout)[-2000:]}") from None
        wrong = [each for each in findings if each["verdict"] == "fault"]
        if wrong:
            lines = "\n".join(
                f"  {each['check']}: {each['found']}\n    fix: {each['fix']}" for each in wrong
            )
            raise Failed(f"{when} it is not well:\n{lines}")

    def _back_up(self) -> None:
        """A backup, or nothing where there is no room for it."""
        say("backing it up while it goes on")
        words = ["bluecloud", "backup", str(self.backups), "--env-file", "/run/deployment.env"]
        ran = self.compose.operating(*words, folder=self.backups)
        # 1: some files, as sockets in homes, cannot be kept; all of the deployment's own are.
        first = next((line for line in ran.stdout.splitlines() if ".tar.gz: " in line), "")
        if ran.returncode not in {0, 1} or not first:
            raise Failed(f"there is no backup: {(ran.stderr or ran.stdout)[-2000:]}")
        self.backup = first.partition(": ")[0]
        say(first)


def main() -> int:
    """What `make upgrade` calls."""
    parser = argparse.ArgumentParser(description="Bring a deployment to the version checked out.")
    parser.add_argument(
        "backups", type=Path, help="a folder for the backup, outside the state folder"
    )
    parser.add_argument("--compose", required=True, type=shlex.split)
    parser.add_argument("--project", required=True)
    parser.add_argument("--images", required=True, help="what images are called before the slash")
    parser.add_argument("--env-file", required=True, type=Path)
    parser.add_argument("--build", required=True, type=shlex.split)
    parser.add_argument("--release", default=[], type=shlex.split)
    parser.add_argument("--wait", required=True, type=shlex.split)
    words = parser.parse_args()
    if not words.backups.is_dir():
        say(f"{words.backups}: name a folder that is there, outside the state folder (TO=)")
        return 2
    return Upgrade(
        compose=Compose(words.compose, words.env_file.absolute()),
        project=words.project,
        prefix=words.images,
        backups=words.backups.absolute(),
        build=words.build,
        release=words.release,
        wait=words.wait,
    ).run()


if __name__ == "__main__":
    raise SystemExit(main())
