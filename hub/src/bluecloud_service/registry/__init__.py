"""Who may use the deployment's registry: tokens that the service signs, and the registry believes.

The registry (Debian's ``docker-registry``, or any that knows the Docker Registry v2 tokens) sends
whoever asks it to the service. The service asks the hub who that is, and answers with a token for
what that person may do there, for a few minutes. The registry needs a certificate of it, no more.
"""

from .routes import router
from .signing import CERTIFICATE, ISSUER, SERVICE, Signer, signer_of

__all__ = ["CERTIFICATE", "ISSUER", "SERVICE", "Signer", "router", "signer_of"]
