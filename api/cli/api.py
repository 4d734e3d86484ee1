"""``gouji api``: the service over HTTP."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from worker.settings import ServiceSettings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen; or a new key."""
    parser.add_argument("--host", help="address to listen on; beyond this machine only with keys (GOUJI_HOST)")
    parser.add_argument("--port", type=int, help="port; 0 takes any free one (GOUJI_PORT)")
    parser.add_argument("--new-key", metavar="NAME", help="print a new key and its entry for GOUJI_API_KEYS, and end")


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C. Raises UsageError before anything listens when a setting is wrong."""
    from api.http.keys import make_key

    if args.new_key is not None:
        made = make_key(args.new_key)
        print(f"key    {made.key}\nentry  {made.entry}")
        print("The key is for its owner and is not kept here; the entry goes into GOUJI_API_KEYS.", file=sys.stderr)
        return 0
    from api.http.app import check_exposure
    from worker.settings import service_settings

    given = {name: value for name in ("host", "port") if (value := getattr(args, name)) is not None}
    settings = service_settings().model_copy(update=given)
    check_exposure(settings)
    return _serve(settings)


def _serve(settings: ServiceSettings) -> int:
    import uvicorn

    from api.http.app import make_app
    from api.settings import extract_options
    from worker.services import open_services
    from worker.telemetry import set_up_logs

    set_up_logs()
    services = open_services(settings, extract_options(os.environ))

    class Server(uvicorn.Server):
        """Says where it listens: the port may have been left to the system."""

        async def startup(self, sockets: list[Any] | None = None) -> None:
            await super().startup(sockets)
            for server in self.servers:
                host, port = server.sockets[0].getsockname()[:2]
                print(f"gouji: http://{host}:{port}", flush=True)

    config = uvicorn.Config(
        make_app(services),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    server = Server(config)
    try:
        server.run()
    finally:
        services.close()
    return 0 if server.started else 1
