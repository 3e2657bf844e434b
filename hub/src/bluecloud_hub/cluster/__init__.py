"""What a cluster is asked for, generated from the declarations of laboratories and its choices.

``python -m bluecloud_hub.cluster`` writes into ``deploy/kubernetes`` the values of
zero-to-jupyterhub, which brings hub and proxy, the manifests of everything that it does not bring,
and, where it is chosen, the values of dask-gateway. Nothing is generated where it is used: what a
cluster is given can be read, compared and kept under version control before.
"""
