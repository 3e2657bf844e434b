"""Kernels that start warm: a server that has imported the laboratory's modules forks them.

A notebook of a laboratory spends most of its time importing, and then some leaving. So one
process imports the modules once, and each kernel is a fork of it: `server` forks, `provisioner`
is how Jupyter asks for it, by the kernel's specification alone (`install`), so that JupyterLab,
nbclient and papermill have it without a change of theirs. Wherever a fork could differ from a
kernel started plainly, the kernel is started plainly: there is no way to tell them apart but time.
"""

from bluecloud_runner.forkserver.client import ensure, state

__all__ = ["ensure", "state"]
