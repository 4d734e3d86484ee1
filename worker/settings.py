"""What the environment says about the service: ``GOUJI_<FIELD>``, read once and frozen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from models.errors import UsageError

PREFIX = "GOUJI_"


class ServiceSettings(BaseSettings):
    """The service: where things are, who may call, and how much a worker may take."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    broker_url: str = Field(
        "", description="Redis; empty: `gouji up` starts its own, the other commands take this machine's"
    )
    database_url: str = Field(
        "", description="sqlite:///PATH or postgresql://…; empty: a SQLite file in the data folder"
    )
    data_dir: Path = Field(Path("~/.local/share/gouji"), description="sources, the SQLite file, Redis' own file")
    sources_url: str = Field(
        "", description="s3://BUCKET/PREFIX for the bytes of sources (`gouji[s3]`); empty: a folder in the data folder"
    )
    inbox: Path | None = Field(
        None, description="the folder to watch; empty: `inbox` in the data folder, for `gouji up`"
    )
    api_keys: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="NAME:HASH of each key, with commas between; `gouji api --new-key NAME` makes one"
    )
    host: str = Field("127.0.0.1", description="where the API listens; beyond this machine only with keys")
    port: int = Field(8321, ge=0, le=65535, description="port of the API; 0: any free one")
    url: str = Field("http://127.0.0.1:8321", description="where `gouji submit` and `gouji status` find the service")
    key: str = Field("", description="the key that they show")
    max_upload_mb: int = Field(4096, ge=1, description="largest request, in MiB")
    rate_limit: int = Field(1200, ge=0, description="requests a minute and caller, for each API process; 0: no limit")
    workers: int = Field(0, ge=0, description="documents read at a time; 0: one per processor")
    task_seconds: int = Field(600, ge=1, description="longest time for one document, in seconds")
    range_pages: int = Field(100, ge=1, description="pages of one task; a longer PDF is read by several and joined")
    memory_mb: int = Field(3072, ge=256, description="most memory of one worker process, in MiB")
    audit_share: float = Field(
        0.002,
        ge=0,
        le=1,
        description="share of the accepted cells that people are asked about, to learn how many are wrong",
    )
    readers: int = Field(
        1,
        ge=1,
        le=2,
        description="how many people must agree on a cell, not seeing each other's answer; a third settles",
    )
    attempts: int = Field(3, ge=1, description="how often a document may cost a process before it is left alone")
    lease_seconds: float = Field(60, gt=0, description="how long a worker may be silent before it is taken for dead")
    sweep_seconds: float = Field(10, gt=0, description="how often lost documents are looked for")
    resend_seconds: float = Field(60, gt=0, description="how old a message may be while its queue is empty")
    resend_always_hours: float = Field(6, gt=0, description="how old a message may be in any case, in hours")
    settle_seconds: float = Field(2, gt=0, description="how long a file in the inbox must be at rest")
    scan_seconds: float = Field(30, gt=0, description="how often the inbox is looked through without any event")
    poll: bool = Field(False, description="look through the inbox instead of waiting for events (network folders)")

    @field_validator("api_keys", mode="before")
    @classmethod
    def _split(cls, given: object) -> object:
        return tuple(filter(None, (key.strip() for key in given.split(",")))) if isinstance(given, str) else given

    @field_validator("inbox", mode="before")
    @classmethod
    def _none_if_empty(cls, given: object) -> object:
        return given or None

    @property
    def data(self) -> Path:
        """The data folder, as a path that can be opened."""
        return self.data_dir.expanduser().absolute()

    @property
    def database(self) -> str:
        """The address of the database."""
        return self.database_url or f"sqlite:///{self.data / 'gouji.db'}"

    @property
    def broker(self) -> str:
        """The address of Redis."""
        return self.broker_url or "redis://127.0.0.1:6379/0"

    @property
    def sources(self) -> Path:
        """Where the bytes of sources are."""
        return self.data / "sources"

    @property
    def processes(self) -> int:
        """How many documents are read at a time."""
        return self.workers or len(os.sched_getaffinity(0))


def service_settings() -> ServiceSettings:
    """The settings in force. Raises UsageError when a variable holds something that cannot be its value."""
    try:
        return ServiceSettings()
    except ValidationError as error:
        fault = error.errors()[0]
        name = f"{PREFIX}{fault['loc'][0]}".upper()
        raise UsageError(f"{name}={os.environ.get(name)!r}: {fault['msg']}", hint="Correct or unset it.") from error
