"""A Redis of our own, where none is given: on a socket in a folder that only this user may enter, on no port."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import time
from pathlib import Path

from api.up.parts import Part
from models.errors import UsageError

#: Longest path of a socket (sun_path of unix(7), with the end of the text).
_LONGEST_SOCKET = 107
START_SECONDS = 60.0


def redis_part(data: Path, logs: Path) -> tuple[Part, str]:
    """The part and its address. Raises UsageError when Redis is not installed.

    It writes itself to disk on its way out, so that what is queued need not be sent again after a pause; were that lost,
    the sweep would send it.
    """
    program = shutil.which("redis-server")
    if program is None:
        hint = "Install it (apt-get install redis-server), or set GOUJI_BROKER_URL to one that runs."
        raise UsageError("Redis is not installed.", hint=hint)
    home = data / "redis"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = home / "redis.sock"
    if len(os.fsencode(place)) > _LONGEST_SOCKET:
        place = Path(tempfile.mkdtemp(prefix="gouji-redis-")) / "redis.sock"
    place.unlink(missing_ok=True)
    options = {
        "--port": "0",
        "--unixsocket": str(place),
        "--unixsocketperm": "700",
        "--dir": str(home),
        "--save": "300 1000",
        "--daemonize": "no",
    }
    command = [program, *(word for option in options.items() for word in option)]
    return Part("redis", command, {}, logs), f"redis+socket://{place}"


def wait_for_redis(part: Part, url: str) -> None:
    """Until it answers. Raises UsageError with the place of its log when it does not."""
    place = url.removeprefix("redis+socket://")
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and part.is_alive:
        with socket.socket(socket.AF_UNIX) as line:
            try:
                line.connect(place)
            except OSError:
                time.sleep(0.05)
                continue
            return
    raise UsageError("Redis does not start.", hint=f"See {part.log}.")
