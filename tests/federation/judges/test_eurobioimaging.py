"""OME's own reader opens the images served, and s3fs those in a bucket, and see what we see.

For BioStudies, the BioImage Archive's search and OMERO's web API no client exists that could be
judge: the archive's own programs read them with bare requests, and idr-py speaks OMERO's binary
protocol, for which it needs Ice. Their answers are held to the archive's recorded records and
documents.
"""

import socket
import subprocess
import time
from collections.abc import Iterator
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
import pytest

from bluecloud_catalogs import MalformedAnswer
from bluecloud_catalogs.tiers import read
from tests.federation.judges.judge import PYTHON, said
from tests.federation.reading import asked, declared
from tests.federation.recorded import recorded
from tests.federation.server import Federation
from tests.federation.sources.eurobioimaging import SAMPLE, TARA

V05 = "v0.5/idr0062A/6001240_labels.zarr"
OME_ZARR = """
import json, sys
import numpy as np
from ome_zarr.io import parse_url
from ome_zarr.reader import Reader

def seen(address):
    location = parse_url(address)
    node = next(iter(Reader(location)()))
    levels = [np.asarray(level) for level in node.data]
    return {
        "version": location.fmt.version,
        "shapes": [level.shape for level in levels],
        "sums": [float(level.astype("f8").sum()) for level in levels],
        "axes": [axis["name"] for axis in node.metadata["axes"]],
        "scales": [each[0]["scale"] for each in node.metadata["coordinateTransformations"]],
        "first": levels[0].ravel()[:100].tolist(),
    }

def is_image(address):
    try:
        nodes = list(Reader(parse_url(address))())
        return bool(nodes) and np.asarray(nodes[0].data[0]).size > 0
    except Exception:
        return False

root, *images = sys.argv[1:]
told = {image: is_image(f"{root}/{image}") for image in images}
print(json.dumps({image: good and seen(f"{root}/{image}") for image, good in told.items()}))
"""
S3FS = """
import json, pathlib, sys
import s3fs, zarr

endpoint, sample, image = sys.argv[1:]
owner = s3fs.S3FileSystem(
    key="x", secret="x", endpoint_url=endpoint, s3_additional_kwargs={"ACL": "public-read"}
)
owner.mkdir("idr", acl="public-read")
for path in sorted((pathlib.Path(sample) / image).rglob("*")):
    if path.is_file():
        owner.pipe(f"idr/zarr/{path.relative_to(sample)}", path.read_bytes())
nobody = s3fs.S3FileSystem(anon=True, endpoint_url=endpoint, asynchronous=True)
store = zarr.storage.FsspecStore(nobody, path=f"idr/zarr/{image}", read_only=True)
group = zarr.open_group(store, mode="r")
array = group["0"][:]
print(json.dumps({"shape": array.shape, "pixels": array.ravel().tolist()}))
"""


SEEN = {
    "recorded/valid/image-03.zarr": "0.4",
    "recorded/valid/image-04.zarr": "0.4",
    f"{TARA}/A/1/0": "0.4",
    V05: "0.5",
}
READ_BY_BOTH = {
    "recorded/invalid/image-01.zarr": False,
    "recorded/invalid/image-03.zarr": False,
    "recorded/warning/image-01.zarr": True,
}


@pytest.fixture(scope="module")
def omes(running: Federation) -> dict[str, Any]:
    """What OME's reader sees of each image, in one process; ``False`` where it sees none."""
    root = f"{running.address('eurobioimaging')}/embassy/idr/zarr"
    told: dict[str, Any] = said(OME_ZARR, root, *SEEN, *READ_BY_BOTH)
    return told


@pytest.mark.parametrize(("image", "version"), SEEN.items())
def test_omes_reader_sees_what_we_see(federation, omes, image, version):
    if image.startswith("recorded/"):
        recorded("eurobioimaging/ome-zarr-examples")
    told = omes[image]
    assert told["version"] == version
    entry = declared("ome_zarr_images")
    for level, shape in enumerate(told["shapes"]):
        ours = read(entry, asked(entry, {"image": image, "level": level}), lazy=False)
        pixels = ours["intensity"]
        assert list(pixels.shape) == shape
        assert list(pixels.dims) == told["axes"]
        assert float(pixels.astype("f8").sum()) == told["sums"][level]
        steps = [float(ours[name][1] - ours[name][0]) for name in ("y", "x")]
        assert steps == told["scales"][level][-2:]
        if level == 0:
            assert pixels.values.ravel()[:100].tolist() == told["first"]


@pytest.mark.parametrize(("image", "read_by_both"), READ_BY_BOTH.items())
def test_omes_reader_refuses_what_we_refuse(federation, omes, image, read_by_both):
    recorded("eurobioimaging/ome-zarr-examples")
    assert bool(omes[image]) == read_by_both
    entry = declared("ome_zarr_images")
    if read_by_both:
        assert read(entry, asked(entry, {"image": image}), lazy=False)["intensity"].size > 0
    else:
        with pytest.raises(MalformedAnswer):
            read(entry, asked(entry, {"image": image}), lazy=False)


@pytest.fixture
def bucket() -> Iterator[str]:
    """S3 on loopback: moto, run as a server."""
    program = PYTHON.parent / "moto_server"
    if not program.exists():
        pytest.skip("make install makes .venv/judges, in which moto is")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(f"{address}/moto-api/")
            yield address
        finally:
            server.terminate()


def wait_for(address: str) -> None:
    """Ask until somebody answers, for at most a minute."""
    ends = time.monotonic() + 60
    while True:
        try:
            with urlopen(address, timeout=5):  # noqa: S310 -- our own server on loopback
                return
        except (URLError, ConnectionError):
            if time.monotonic() > ends:
                raise
            time.sleep(0.1)


@pytest.mark.parametrize("image", [V05])
def test_an_image_in_a_bucket_is_read_as_s3fs_reads_it(federation, bucket, monkeypatch, image):
    told = said(S3FS, bucket, str(SAMPLE / "zarr"), image)
    monkeypatch.setenv("BLUECLOUD_EUROBIOIMAGING_EMBASSY_URL", bucket)
    entry = declared("ome_zarr_images")
    ours = read(entry, asked(entry, {"image": image}), lazy=False)
    assert list(ours["intensity"].shape) == told["shape"]
    np.testing.assert_array_equal(ours["intensity"].values.ravel(), told["pixels"])
    assert ours.attrs["tier"] == "live"
