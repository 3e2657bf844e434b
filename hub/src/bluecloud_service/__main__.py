"""Run the service until it is told to stop: ``python -m bluecloud_service``."""

import logging.config
import sys

import uvicorn

from bluecloud_catalogs.errors import DataError
from bluecloud_hub import logs
from bluecloud_hub.errors import HubError

from .app import make_app
from .settings import SettingError, read_settings


def main() -> int:
    """Serve; the exit status of the program."""
    try:
        settings = read_settings()
        logging.config.dictConfig(
            logs.configuration(logs.form_of(settings.log_format, settings.engine))
        )
        app = make_app(settings)
    except (SettingError, DataError, HubError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        access_log=False,  # `traced` writes what is asked
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=3,  # whoever watches runs would watch for ever
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
