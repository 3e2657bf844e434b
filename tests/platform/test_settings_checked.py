"""What of ``deploy/.env`` does not fit together is said in a line before anything is started."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bluecloud_hub.errors import SettingsError
from bluecloud_hub.settings import read_settings
from tests.platform.deployments import ROOT
from tests.platform.secured import Authority

NAME = "vre.example.org"
REALM = f"https://bluecloud--service.{NAME}/services/bluecloud/registry/token"
SECURED = {
    "BLUECLOUD_PUBLIC_URL": f"https://{NAME}",
    "BLUECLOUD_TLS": "files",
    "BLUECLOUD_REGISTRY_REALM": REALM,
}


@pytest.fixture(scope="module")
def authority() -> Authority:
    """Who signs."""
    return Authority()


@pytest.fixture
def state(tmp_path: Path, authority: Authority) -> Path:
    """A state folder with a certificate for the deployment and all below it."""
    authority.give(tmp_path / "tls", NAME, f"*.{NAME}")
    return tmp_path


def checked(state: Path, told: dict[str, str]) -> tuple[int, str]:
    """What the check says of settings, and its status."""
    path = state / ".env"
    lines = {"BLUECLOUD_STATE": str(state), **told}
    path.write_text("# a comment=1\n" + "".join(f"{k}={v}\n" for k, v in lines.items()))
    ran = subprocess.run(
        [sys.executable, str(ROOT / "deploy" / "check_env.py"), str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stderr


def test_what_fits_is_passed_without_a_word(state: Path) -> None:
    assert checked(state, {}) == (0, "")
    assert checked(state, SECURED) == (0, "")
    assert checked(state, {"BLUECLOUD_PUBLIC_URL": f"https://{NAME}"}) == (
        0,
        "",
    )  # a front of theirs
    assert checked(state, SECURED | {"BLUECLOUD_TLS": "acme"}) == (0, "")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"BLUECLOUD_TLS": "yes"}, "BLUECLOUD_TLS is 'yes': it is files or acme"),
        (
            {"BLUECLOUD_PUBLIC_URL": f"http://{NAME}"},
            f"BLUECLOUD_PUBLIC_URL is http://{NAME}: with TLS it has to be https://{NAME}",
        ),
        ({"BLUECLOUD_PUBLIC_URL": f"https://{NAME}/vre"}, "http(s)://NAME[:PORT] and no more"),
        ({"BLUECLOUD_PUBLIC_URL": "https://192.0.2.7"}, "has no names below it"),
        ({"BLUECLOUD_LISTEN": "0.0.0.0:8000"}, "the proxy listens on loopback"),
        (
            {"BLUECLOUD_REGISTRY_REALM": ""},
            "is not set: with this BLUECLOUD_PUBLIC_URL the line is",
        ),
        ({"BLUECLOUD_REGISTRY_REALM": "http://x/"}, f"    BLUECLOUD_REGISTRY_REALM={REALM}"),
        (
            {"BLUECLOUD_TLS": "acme", "BLUECLOUD_PUBLIC_URL": "https://bluecloud.localhost"},
            "nobody certifies that name",
        ),
        (
            {"BLUECLOUD_STATE": "state"},
            "BLUECLOUD_STATE is 'state': it has to be the absolute path",
        ),
    ],
)
def test_what_does_not_fit_is_said_with_what_is_allowed(
    state: Path, changed: dict[str, str], words: str
) -> None:
    status, said = checked(state, SECURED | changed)
    assert (status, words in said) == (1, True), said


def test_ports_that_differ_are_noted_since_something_may_lead_between(state: Path) -> None:
    status, said = checked(state, SECURED | {"BLUECLOUD_HTTPS_LISTEN": "127.0.0.1:8443"})
    assert (status, "the front listens at 127.0.0.1:8443" in said) == (0, True), said


def test_a_certificate_that_browsers_would_refuse_is_refused_before(
    state: Path, authority: Authority
) -> None:
    tls = state / "tls"
    key = (tls / "privkey.pem").read_bytes()
    authority.give(tls, NAME)
    status, said = checked(state, SECURED)
    assert (status, f"cannot be shown for *.{NAME}: " in said) == (1, True), said
    assert f"for {NAME}: " not in said.replace(f"*.{NAME}", "")
    alone = f"https://{NAME}/services/bluecloud/registry/token"
    of_one_origin = {"BLUECLOUD_USER_DOMAINS": "false", "BLUECLOUD_REGISTRY_REALM": alone}
    assert checked(state, SECURED | of_one_origin) == (0, "")
    authority.give(tls, NAME, f"*.{NAME}", days=-2)
    status, said = checked(state, SECURED)
    assert (status, "certificate has expired" in said) == (1, True), said
    (tls / "privkey.pem").write_bytes(key)
    status, said = checked(state, SECURED)
    assert (status, "are no certificate with its key" in said) == (1, True), said
    (tls / "fullchain.pem").unlink()
    status, said = checked(state, SECURED)
    assert (status, "fullchain.pem is not there" in said) == (1, True), said


@pytest.mark.parametrize(
    "told",
    [
        {"BLUECLOUD_TLS": "files", "BLUECLOUD_PUBLIC_URL": f"http://{NAME}"},
        {"BLUECLOUD_TLS": "files", "BLUECLOUD_ENGINE": "local"},
        {"BLUECLOUD_TLS": "none", "BLUECLOUD_PUBLIC_URL": f"https://{NAME}"},
    ],
)
def test_the_hub_refuses_tls_without_https(told: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=r"tls|TLS"):
        read_settings({"BLUECLOUD_ENGINE": "docker", **told})


def test_the_hub_takes_tls_with_https() -> None:
    told = {"BLUECLOUD_ENGINE": "docker", "BLUECLOUD_TLS": "acme"}
    more = {"BLUECLOUD_ACME_EMAIL": "a@example.org", "BLUECLOUD_HTTPS_LISTEN": "443"}
    settings = read_settings({**told, **more, "BLUECLOUD_PUBLIC_URL": f"https://{NAME}"})
    assert settings.tls == "acme"
