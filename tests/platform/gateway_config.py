"""dask-gateway as an operator runs it beside a hub, with processes for what are pods elsewhere."""

import os
from typing import Any

c: Any = get_config()  # noqa: F821 - traitlets'

c.DaskGateway.backend_class = "dask_gateway_server.backends.local.UnsafeLocalBackend"
c.DaskGateway.authenticator_class = "dask_gateway_server.auth.JupyterHubAuthenticator"
c.JupyterHubAuthenticator.jupyterhub_api_token = os.environ["GATEWAY_TOKEN"]
c.JupyterHubAuthenticator.jupyterhub_api_url = os.environ["GATEWAY_HUB"]
c.JupyterHubAuthenticator.jupyterhub_service_name = "dask-gateway"
c.DaskGateway.address = os.environ["GATEWAY_LISTEN"]
c.Proxy.address = os.environ["GATEWAY_ADDRESS"]
c.Proxy.api_token = os.environ["GATEWAY_PROXY_TOKEN"]
c.LocalBackend.clusters_directory = os.environ["GATEWAY_CLUSTERS"]
c.ClusterConfig.worker_cores = 1
c.ClusterConfig.worker_memory = "512 M"
c.ClusterConfig.cluster_max_workers = 2
c.ClusterConfig.idle_timeout = 120
# What it would start otherwise, `dask-scheduler` and `dask-worker`, distributed has no more.
c.ClusterConfig.scheduler_cmd = ["dask", "scheduler"]
c.ClusterConfig.worker_cmd = ["dask", "worker"]
