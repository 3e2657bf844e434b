"""JupyterHub's configuration: reads the deployment's settings and assigns traits, no more."""

import os
import secrets
import sys
from pathlib import Path

from bluecloud_hub import authentication, dask, headers, links, people, requests, service, swarm
from bluecloud_hub.admission import MOST_WAITING, Admission
from bluecloud_hub.containers import DockerLaboratory
from bluecloud_hub.labs import read_laboratories
from bluecloud_hub.local import LocalLaboratory
from bluecloud_hub.picker import Picker
from bluecloud_hub.settings import read_settings
from bluecloud_hub.spawner import Deployment
from bluecloud_hub.steady import wait_steadily
from bluecloud_hub.tokens import token

c = get_config()
wait_steadily()
settings = read_settings()
laboratories = read_laboratories(settings.labs_folder)
deployment = Deployment(settings, laboratories, Admission.of(settings))
state = settings.state_folder / "hub"
state.mkdir(parents=True, exist_ok=True, mode=0o700)
state.chmod(0o700)  # an older version left it open, with a database that others could read
if not (state / "cookie_secret").exists():  # the first start of this deployment
    (settings.state_folder / "homes").mkdir(exist_ok=True)
if (settings.state_folder / "homes").is_dir():  # else its disk is not there
    (settings.state_folder / "shared").mkdir(exist_ok=True)

# Addresses. The local engine isolates nobody, so it is not reachable from outside.
inside = settings.engine != "local"
c.JupyterHub.bind_url = settings.public_url if not inside else "http://:8000"
c.JupyterHub.hub_bind_url = f"http://{'0.0.0.0' if inside else '127.0.0.1'}:{settings.hub_port}"  # noqa: S104 - a container's own network
if inside:
    c.JupyterHub.hub_connect_url = f"http://hub:{settings.hub_port}"
# On one origin, a shared notebook's script could act as whoever looks at it.
if settings.has_user_domains:
    c.JupyterHub.subdomain_host = settings.public_url

# What must survive a restart.
c.JupyterHub.db_url = (
    settings.database_url.get_secret_value()
    if settings.database_url
    else f"sqlite:///{state / 'jupyterhub.sqlite'}"
)
# JupyterHub keeps a copy of its file before it brings it to newer tables; PostgreSQL is brought up
# by `make upgrade`, after a backup.
c.JupyterHub.upgrade_db = settings.database_url is None
c.JupyterHub.cookie_secret_file = str(state / "cookie_secret")
c.JupyterHub.cleanup_servers = not settings.servers_outlive_hub
c.ConfigurableHTTPProxy.api_url = settings.proxy_api_url
c.ConfigurableHTTPProxy.should_start = not settings.proxy_outside
if settings.proxy_outside:
    # A proxy that was started anew knows no way to anybody until it is told, which goes with this.
    c.JupyterHub.last_activity_interval = 15
c.ConfigurableHTTPProxy.pid_file = str(state / "proxy.pid")
c.ConfigurableHTTPProxy.command = [
    os.environ.get("CONFIGURABLE_HTTP_PROXY", "configurable-http-proxy")
]
if not settings.proxy_outside:
    c.ConfigurableHTTPProxy.auth_token = os.environ.get(
        "CONFIGPROXY_AUTH_TOKEN"
    ) or secrets.token_hex(32)

# A server is a laboratory: it bears its name, and the default server does not exist.
c.JupyterHub.allow_named_servers = True
c.JupyterHub.default_url = "/hub/home"
c.JupyterHub.user_redirect_hook = links.to_laboratory(laboratories)
c.JupyterHub.spawner_class = DockerLaboratory if inside else LocalLaboratory
if settings.engine == "kubernetes":
    from bluecloud_hub import pods  # whose packages only the hub's image has

    pods.configure(c, settings, laboratories)
if settings.engine == "swarm":
    swarm.configure(c, settings)
c.LaboratorySpawner.deployment = deployment
# The hub counts the wait for a place too, and refuses nobody before there is a wait.
c.Spawner.start_timeout = settings.queue_timeout + settings.start_timeout
c.Spawner.http_timeout = 30
c.Spawner.poll_interval = 10  # a server that died is known, with its reason, in seconds
c.JupyterHub.concurrent_spawn_limit = settings.starts_at_once + MOST_WAITING
if settings.engine == "docker":
    c.DockerSpawner.network_name = settings.network
    c.DockerSpawner.use_internal_ip = True
    c.DockerSpawner.prefix = settings.name
    c.DockerSpawner.name_template = "{prefix}-{username}--{servername}"

# Who may come in. Managers of a laboratory hold no scopes of the hub.
authentication.configure(c, settings)
c.JupyterHub.services = [
    # It makes operators, which only an operator may; its token is the operators' own.
    {"name": "people", "api_token": people.token(settings.state_folder), "admin": True},
    # It reads what hub and service measure, and nothing else.
    {"name": "metrics", "api_token": token(settings.state_folder, "metrics")},
]
c.JupyterHub.load_roles = [
    {"name": "metrics", "scopes": ["read:metrics"], "services": ["metrics"]},
]
service.configure(c, settings, laboratories)
service.make_folder(settings)
dask.configure(c, settings)
if settings.idle_timeout:
    c.JupyterHub.services.append(
        {
            "name": "idle-culler",
            "command": [
                sys.executable,
                "-m",
                "bluecloud_hub.culler",
                f"--timeout={settings.idle_timeout}",
            ],
        }
    )
    c.JupyterHub.load_roles.append(
        {
            "name": "idle-culler",
            "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
            "services": ["idle-culler"],
        }
    )

# What browsers may do with the pages.
headers.configure(c, settings)

# What it writes of what it does, and the name by which a request is followed.
requests.configure(c, settings)

# The pages: login, the laboratory picker, the wait, and what went wrong.
c.JupyterHub.template_paths = [str(Path(authentication.__file__).parent / "templates")]
c.JupyterHub.template_vars = {"picker": Picker(deployment)}
