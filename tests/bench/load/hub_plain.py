"""JupyterHub as it comes, with the same login, database, proxy and stand-ins as ours."""

import os
import sys
from pathlib import Path
from typing import Any

c: Any = get_config()  # noqa: F821 - traitlets'
state = Path(os.environ["STATE"])

c.JupyterHub.bind_url = os.environ["ADDRESS"]
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{os.environ['HUB_PORT']}"
c.JupyterHub.db_url = f"sqlite:///{state / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(state / "cookie_secret")
c.JupyterHub.concurrent_spawn_limit = 20
c.JupyterHub.redirect_to_server = False  # a login leads home in both
c.ConfigurableHTTPProxy.api_url = os.environ["PROXY_API_URL"]
c.ConfigurableHTTPProxy.pid_file = str(state / "proxy.pid")
c.ConfigurableHTTPProxy.command = [os.environ["CONFIGURABLE_HTTP_PROXY"]]
# Passwords cost in both what they have to: bcrypt.
c.JupyterHub.authenticator_class = "firstuseauthenticator.FirstUseAuthenticator"
c.FirstUseAuthenticator.dbm_path = str(state / "passwords.dbm")
c.FirstUseAuthenticator.create_users = True
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.Spawner.cmd = [sys.executable, "-S", str(Path(__file__).with_name("stand_in.py"))]
c.SimpleLocalProcessSpawner.home_dir_template = str(state / "homes" / "{username}")
