"""What the service measures of itself, as Prometheus reads it."""

from .figures import Figures
from .measured import Measured
from .routes import router

__all__ = ["Figures", "Measured", "router"]
