"""The application: assembly only. Every way in is a router, every rule for all of them is in ``guard``."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from api.http import batches, documents, exports, health, problems, review
from api.http.guard import Door, Guard, is_loopback
from api.http.keys import Keys
from api.http.metrics import Metrics
from api.http.pages import routes as pages
from api.http.rates import Rates
from models.errors import UsageError
from worker.services import Services
from worker.settings import ServiceSettings

ROUTERS = (batches.router, documents.router, review.router, exports.router, health.router, pages.router)


def make_app(services: Services) -> FastAPI:
    """The service over HTTP. Raises UsageError when a key cannot be one."""
    metrics = Metrics(services)
    keys = Keys(services.settings.api_keys)
    door = Door(keys, Rates(services.settings.rate_limit), metrics)
    app = FastAPI(
        title="gouji",
        summary="Reads annual reports on government information disclosure into one checked schema",
        version="1",
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
        middleware=[Middleware(Guard, door=door)],
    )
    app.state.services, app.state.metrics, app.state.keys = services, metrics, keys
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(packages=[("api.http", "static")]), name="static")
    problems.install(app, pages.refused)
    return app


def check_exposure(settings: ServiceSettings) -> None:
    """Refuse to be open to a network without keys. Raises UsageError."""
    if not is_loopback(settings.host) and not Keys(settings.api_keys):
        raise UsageError(
            f"GOUJI_HOST={settings.host} is open to the network, and there are no keys.",
            hint="Make one with `gouji api --new-key NAME` and put its entry into GOUJI_API_KEYS.",
        )
