"""Who publishes is killed, or the registry is: nothing half is seen, and it goes on after."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from threading import Timer

import pytest

from bluecloud.lab import Registry, RegistryError, Unreachable
from bluecloud.lab.images import Descriptor, digest_of
from bluecloud.lab.publish import publish_to
from tests.registry.made import laboratory, push_image, read_image
from tests.registry.serving import Served

HERE = "bluecloud/environment"
# Kills itself at the step that it is told; what it was about to do is not done.
DOOMED = """
import os, signal, sys
from pathlib import Path
from bluecloud.lab import publish
def told(step, done, whole):
    if step == sys.argv[4]:
        os.kill(os.getpid(), signal.SIGKILL)
print(publish("environment", Path(sys.argv[1]), sys.argv[2], None, "0.2.0",
              current=sys.argv[3], told=told))
"""


def doomed(tree: Path, served: Served, current: str, step: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", DOOMED, str(tree), served.address, current, step]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_killed_at_any_step_nothing_half_is_seen(
    registry: Registry, served: Served, tmp_path: Path
) -> None:
    tree = laboratory(tmp_path / "tree")
    current = push_image(registry, tree).digest
    for step in ("release", "tree", "layer", "config", "image"):
        killed = doomed(tree, served, current, step)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert served.images(HERE) == {current}
    killed = doomed(tree, served, current, "done")
    assert killed.returncode == -signal.SIGKILL
    (whole,) = served.images(HERE) - {current}
    assert read_image(served.address, whole).files["etc/hello"] == b"hello"
    assert doomed(tree, served, current, "never").stdout.strip() == whole
    assert served.images(HERE) == {current, whole}


def large(tmp_path: Path) -> Path:
    """A laboratory whose layer is some hundred pieces long."""
    noise = os.urandom(100_000).hex()
    return laboratory(tmp_path / "tree", **{"noise.ipynb": noise})


@pytest.mark.parametrize("dies_at", [0, 3000, 60_000])
def test_a_registry_that_dies_half_way_is_said_and_nothing_half_is_there(
    served: Served, tmp_path: Path, dies_at: int
) -> None:
    tree = large(tmp_path)

    def told(step: str, done: int, _: int) -> None:
        if step == "layer" and done >= dies_at:
            served.die()

    with Registry(served.address, piece=1000, patience=(0.05, 0.05)) as registry:
        current = push_image(registry, tree).digest
        with pytest.raises(Unreachable, match="could not be sent to bluecloud/environment: the "):
            publish_to(registry, "environment", tree, "0.2.0", current=current, told=told)
    assert served.images(HERE) == {current}
    served.begin()
    assert read_image(served.address, current).files["etc/hello"] == b"hello"
    with Registry(served.address) as registry:
        digest = publish_to(registry, "environment", tree, "0.2.0", current=current)
    noise = read_image(served.address, digest).texts("opt/bluecloud/notebooks/environment")
    assert noise["noise.ipynb"] == (tree / "notebooks/environment/noise.ipynb").read_text()


def test_an_upload_goes_on_where_the_registry_died(served: Served) -> None:
    body, heard = os.urandom(50_000), list[int]()

    def told(done: int, _: int) -> None:
        heard.append(done)
        if done == 20_000 and heard.count(0) == 1 and heard.count(20_000) == 1:
            served.die()
            served.begin()

    with Registry(served.address, piece=1000, patience=(0.1, 0.1)) as registry:
        registry.push_blob(HERE, digest_of(body), BytesIO(body), told)
        assert registry.blob(HERE, Descriptor("", digest_of(body), len(body))) == body
    assert heard.count(0) == 1, "it began again"
    assert heard[-1] == 50_000


def test_an_upload_that_the_registry_lost_begins_again(served: Served) -> None:
    body, lost = os.urandom(50_000), list[int]()

    def told(done: int, _: int) -> None:
        if done == 20_000 and not lost:
            lost.append(done)
            root = served.folder / "blobs/docker/registry/v2/repositories" / HERE / "_uploads"
            for path in sorted(root.rglob("*"), reverse=True):
                path.unlink() if path.is_file() else path.rmdir()

    with Registry(served.address, piece=1000, patience=(0.1, 0.1)) as registry:
        registry.push_blob(HERE, digest_of(body), BytesIO(body), told)
        assert registry.blob(HERE, Descriptor("", digest_of(body), len(body))) == body
    assert lost


def test_a_link_that_is_being_written_is_read_again(served: Served, tmp_path: Path) -> None:
    with Registry(served.address, patience=(0.1,) * 30) as registry:
        manifest = push_image(registry, laboratory(tmp_path / "tree"))
        layer = manifest.layers[0].digest
        root = served.folder / "blobs/docker/registry/v2/repositories" / HERE
        link = root / "_layers" / layer.replace(":", "/") / "link"
        whole = link.read_bytes()
        link.write_bytes(b"")  # as another's upload of the same blob leaves it for a moment
        with (
            pytest.raises(RegistryError, match="did not match"),
            Registry(served.address, patience=()) as hasty,
        ):
            hasty.push_manifest(HERE, manifest)
        healed = Timer(0.3, link.write_bytes, [whole])
        healed.start()
        assert registry.push_manifest(HERE, manifest) == manifest.digest
        healed.join()


def test_a_full_disk_is_said_and_nothing_half_is_there(served: Served, tmp_path: Path) -> None:
    tree = laboratory(tmp_path / "tree")
    with Registry(served.address, patience=(0.05,)) as registry:
        current = push_image(registry, tree).digest
        uploads = served.folder / "blobs/docker/registry/v2/repositories" / HERE / "_uploads"
        for path in uploads.iterdir():
            path.rmdir()
        uploads.rmdir()
        uploads.write_text("in the way, as no disk is that is full")
        with pytest.raises(Unreachable, match="could not be sent.* answered 500"):
            publish_to(registry, "environment", tree, "0.2.0", current=current)
    assert served.images(HERE) == {current}
