"""What can be wrong with a deployment.

::

    HubError
    ├── DeclarationError      a laboratory's declaration cannot be used
    ├── SettingsError         an environment variable is unknown, missing or out of range
    ├── ReleaseError          a laboratory has no release that can be started
    └── PeopleError           a person or group cannot be changed as asked

Refusals and failures of one start are not here: JupyterHub shows those to the person, in its
own kinds (``SpawnException``) or ours (`bluecloud_hub.exits.LaboratoryStoppedError`).
"""


class HubError(Exception):
    """Something about the deployment is wrong, and an operator can put it right."""


class DeclarationError(HubError, ValueError):
    """A laboratory's declaration cannot be used as it stands."""


class SettingsError(HubError, ValueError):
    """A setting is unknown, missing or not allowed."""


class ReleaseError(HubError):
    """A laboratory has no release that can be started."""


class PeopleError(HubError):
    """A person or group cannot be changed as asked."""
