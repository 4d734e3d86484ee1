"""LibreOffice as a converter of old formats: each call with a private profile, no macros, no network, a time limit."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from models.errors import DependencyError, UnreadableSource

_PROGRAMS = ("soffice", "libreoffice")
#: Macros never run (level 3: signed ones from trusted places alone, and there are none), links are never followed,
#: and whatever asks for the network meets a proxy that is not there.
_SETTINGS = (
    ("org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("org.openoffice.Office.Calc/Content/Update", "Link", "1"),
    ("org.openoffice.Inet/Settings", "ooInetProxyType", "2"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)
#: How much later than this process the guard ends it.
_GRACE_SECONDS = 10
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
{items}
</oor:items>
"""
_ITEM = '<item oor:path="/{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
#: What LibreOffice must see of the environment: where programs and fonts are, and no proxy or display of ours.
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "FONTCONFIG_PATH", "FONTCONFIG_FILE", "SYSTEMROOT", "LD_LIBRARY_PATH")


def convert(data: bytes, suffix: str, target: str, timeout_seconds: float) -> bytes:
    """Convert ``data`` (a file with this ``suffix``, as ``.doc``) to ``target`` (``docx`` or ``xlsx``).

    Raises ``DependencyError`` (``missing_dependency``) where LibreOffice is not installed, ``UnreadableSource`` with
    ``timeout`` when it took too long and with ``corrupt`` when it made nothing of the file.
    """
    program = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise DependencyError("LibreOffice (soffice) is needed for this kind of file and is not installed")
    with tempfile.TemporaryDirectory(prefix="gouji-office-", ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        source = work / f"source{suffix}"
        source.write_bytes(data)
        _write_profile(work / "profile")
        output = _run(_guarded(_command(program, work, source, target), timeout_seconds), work, timeout_seconds)
        made = work / "out" / f"source.{target}"
        if not made.is_file() or not made.stat().st_size:
            raise UnreadableSource("LibreOffice could not read the file", code="corrupt", detail=output)
        return made.read_bytes()


def _write_profile(profile: Path) -> None:
    user = profile / "user"
    user.mkdir(parents=True)
    items = "\n".join(_ITEM.format(path=path, name=name, value=value) for path, name, value in _SETTINGS)
    (user / "registrymodifications.xcu").write_text(_PROFILE.format(items=items), encoding="utf-8")


def _guarded(command: list[str], timeout_seconds: float) -> list[str]:
    """The command under a guard of its own, since nobody would end it when this process is killed meanwhile."""
    guard = shutil.which("timeout")
    return [guard, "--signal=KILL", f"{timeout_seconds + _GRACE_SECONDS:g}", *command] if guard else command


def _command(program: str, work: Path, source: Path, target: str) -> list[str]:
    return [
        program,
        f"-env:UserInstallation={(work / 'profile').as_uri()}",
        "--headless",
        "--invisible",
        "--nologo",
        "--nodefault",
        "--norestore",
        "--nolockcheck",
        "--convert-to",
        target,
        "--outdir",
        str(work / "out"),
        str(source),
    ]


def _run(command: list[str], work: Path, timeout_seconds: float) -> str:
    """Run in a session of its own, so that the time limit ends the helper processes too; the output is for the log."""
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    environment |= {"HOME": str(work), "TMPDIR": str(work), "SAL_USE_VCLPLUGIN": "svp"}
    log = work / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=work, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(timeout=timeout_seconds)
        except subprocess.TimeoutExpired as error:
            message = f"LibreOffice took longer than {timeout_seconds:g} seconds"
            raise UnreadableSource(message, code="timeout") from error
        finally:
            _end(process)
    return log.read_bytes()[-2000:].decode("utf-8", "replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of the session; it is ours alone, since it was started for this call."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # Already gone, which is how a conversion should end.
        return
    finally:
        process.wait()
