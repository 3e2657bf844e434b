"""A deployment's choices are checked, and a misspelt one is never silent."""

from __future__ import annotations

import pytest

from bluecloud_hub.errors import SettingsError
from bluecloud_hub.settings import handed_on, read_settings


def test_the_default_is_a_laptop() -> None:
    settings = read_settings({})
    assert settings.engine == "local"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert not settings.has_user_domains
    assert not settings.servers_outlive_hub


def test_containers_are_isolated_and_outlive_the_hub() -> None:
    settings = read_settings(
        {"BLUECLOUD_ENGINE": "docker", "BLUECLOUD_PUBLIC_URL": "http://bluecloud.localhost:8000"}
    )
    assert settings.has_user_domains
    assert settings.servers_outlive_hub


def test_a_misspelt_setting_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(SettingsError, match="BLUECLOUD_ENGIN is not.*BLUECLOUD_ENGINE"):
        read_settings({"BLUECLOUD_ENGIN": "docker"})


def test_what_others_read_is_no_misspelling() -> None:
    read_settings({"BLUECLOUD_TIERS": "sample", "BLUECLOUD_ARGOGDAC_URL": "http://127.0.0.1:1"})


def test_an_empty_value_is_the_default() -> None:
    assert read_settings({"BLUECLOUD_ENGINE": ""}).engine == "local"


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"BLUECLOUD_ENGINE": "podman"}, "BLUECLOUD_ENGINE.*local.*docker"),
        ({"BLUECLOUD_PUBLIC_URL": "http://vre.example.org"}, "127.0.0.1 only"),
        ({"BLUECLOUD_PUBLIC_URL": "http://127.0.0.1:8000/hub"}, "BLUECLOUD_PUBLIC_URL.*no more"),
        ({"BLUECLOUD_START_TIMEOUT": "5"}, "BLUECLOUD_START_TIMEOUT.*10"),
        ({"BLUECLOUD_STARTS_AT_ONCE": "0"}, "BLUECLOUD_STARTS_AT_ONCE.*1"),
        ({"BLUECLOUD_LABORATORIES_MEMORY": "64 GB"}, "BLUECLOUD_LABORATORIES_MEMORY"),
        ({"BLUECLOUD_QUEUE_TIMEOUT": "0"}, "BLUECLOUD_QUEUE_TIMEOUT.*1"),
        ({"BLUECLOUD_AUTHENTICATION": "oidc"}, "BLUECLOUD_OIDC_ISSUER.*CLIENT_SECRET"),
        ({"BLUECLOUD_MEMBERS": "claims"}, "needs authentication 'oidc'"),
        ({"BLUECLOUD_NAME": "Blue Cloud"}, "BLUECLOUD_NAME"),
        ({"BLUECLOUD_SWARM_PLACEMENT": "laboratories"}, "SWARM_PLACEMENT.*constraints as"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused(environment: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        read_settings(environment)


@pytest.mark.parametrize(
    "address",
    [
        "http://u:p@127.0.0.1",
        "http://127.0.0.1?a",
        "http://127.0.0.1:99999",
        "127.0.0.1",
        "ftp://x",
    ],
)
def test_an_address_is_a_host_and_no_more(address: str) -> None:
    with pytest.raises(SettingsError, match="BLUECLOUD_PUBLIC_URL"):
        read_settings({"BLUECLOUD_PUBLIC_URL": address})


def test_a_misspelt_secret_is_refused_and_not_handed_on() -> None:
    environment = {"BLUECLOUD_DATABSE_URL": "postgresql://u:secret@database/x"}
    assert handed_on(environment) == {}
    with pytest.raises(SettingsError, match="did you mean BLUECLOUD_DATABASE_URL"):
        read_settings(environment)


def test_a_refusal_does_not_show_a_secret() -> None:
    with pytest.raises(SettingsError) as refusal:
        read_settings(
            {"BLUECLOUD_AUTHENTICATION": "oidc", "BLUECLOUD_OIDC_CLIENT_SECRET": "s3cret"}
        )
    assert "s3cret" not in str(refusal.value)
    assert "s3cret" not in repr(refusal.value)


def test_operators_are_words() -> None:
    assert read_settings({"BLUECLOUD_OPERATORS": "ann, bob"}).operators == {"ann", "bob"}


def test_laboratories_are_told_the_sources_and_no_secret() -> None:
    environment = {
        "BLUECLOUD_TIERS": "sample",
        "BLUECLOUD_ARGOGDAC_URL": "http://mirror",
        "BLUECLOUD_ZENODO_URL": "https://sandbox.zenodo.org/api",
        "BLUECLOUD_DATABASE_URL": "postgresql://u:secret@database/x",
        "BLUECLOUD_OIDC_CLIENT_SECRET": "secret",
        "PATH": "/bin",
    }
    assert handed_on(environment) == {
        "BLUECLOUD_TIERS": "sample",
        "BLUECLOUD_ARGOGDAC_URL": "http://mirror",
        "BLUECLOUD_ZENODO_URL": "https://sandbox.zenodo.org/api",
    }
