"""Compiles the header reader in place: ``python compile_reader.py``; hatch_build.py does it for a wheel.

Wanted are Cython, setuptools, a C compiler and Python's headers. Where one of them is missing the reader runs
interpreted, and nothing is wrong. ``FILEROOM_COMPILE=0`` does not even try; with ``FILEROOM_COMPILE=1`` what does not
compile is an error.
"""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

VARIABLE = "FILEROOM_COMPILE"
PACKAGES = ["cython>=3.2,<3.3", "setuptools>=77,<82"]
HOME = Path("src/fileroom/dicom")
LISTING = Path("src/fileroom/sources/quick.py")  # names what the compiled listing of folders is made from
SUFFIX = str(sysconfig.get_config_var("EXT_SUFFIX"))

# What the types in the .pxd files say, and nothing else: an annotation says what a type checker should think.
DIRECTIVES = {"language_level": "3", "annotation_typing": False}
FLAGS = [] if os.name == "nt" else ["-O2", "-g0"]


def wanted() -> bool:
    """Whether it is worth trying here."""
    asked = os.environ.get(VARIABLE, "")
    return asked == "1" or (asked != "0" and sys.implementation.name == "cpython" and has_compiler())


def has_compiler() -> bool:
    """Whether there is a C compiler, with Python's own headers; on Windows setuptools knows where to look."""
    if not Path(sysconfig.get_path("include"), "Python.h").is_file():
        return False
    names = (os.environ.get("CC"), sysconfig.get_config_var("CC"), "cc")
    return os.name == "nt" or any(shutil.which(shlex.split(name)[0]) for name in names if name)


def make_reader(root: Path) -> bool:
    """Compile the reader if that is wanted and possible, and it is not compiled already. True when it is there."""
    if not wanted():
        return False
    reader = load_names(root)
    try:
        if not is_fresh(root, reader):
            compile_reader(root, reader)
        if os.name == "posix" and not listing_is_fresh(root):
            compile_listing(root)
    except (Exception, SystemExit) as error:  # whatever a compiler may say
        if os.environ.get(VARIABLE) == "1":
            raise
        print(f"The header reader stays interpreted: {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
        return False
    return True


def load_names(root: Path, path: Path = HOME / "compiled.py") -> Any:
    """fileroom.dicom.compiled (or another module), without importing the package that is being built."""
    spec = importlib.util.spec_from_file_location(path.stem, root / path)
    if spec is None or spec.loader is None:
        raise ImportError(f"no {path.name}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def outputs(root: Path, reader: Any) -> list[Path]:
    """The files of the compiled reader, for the Python that is running."""
    folder = root / HOME / reader.FOLDER
    return [folder / reader.BUILT_FROM, *(folder / (name + SUFFIX) for name in reader.MODULES)]


def carried(root: Path) -> list[Path]:
    """What a wheel carries of it, from the root on."""
    listing = [path for path in [listing_module(root)] if path.is_file()]
    return [path.relative_to(root) for path in [*outputs(root, load_names(root)), *listing]]


def is_fresh(root: Path, reader: Any) -> bool:
    """Whether it is compiled from the sources that are there."""
    if not all(path.is_file() for path in outputs(root, reader)):
        return False
    return bool(outputs(root, reader)[0].read_text().strip() == reader.fingerprint(root / HOME))


def compile_reader(root: Path, reader: Any) -> None:
    """Compile it, beside the sources and then into its place."""
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension

    said, *modules = outputs(root, reader)
    fingerprint = reader.fingerprint(root / HOME)
    said.unlink(missing_ok=True)
    said.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        extensions = [
            Extension(
                f"fileroom.dicom.{name}",
                [str(root / HOME / f"{name}.py")],
                include_dirs=[str(root / HOME)],
                extra_compile_args=FLAGS,
            )
            for name in reader.MODULES
        ]
        made = cythonize(  # type: ignore[no-untyped-call]  # Cython ships half of its types
            extensions,
            build_dir=place,
            include_path=[str(root / "src")],
            compiler_directives=DIRECTIVES,
            quiet=True,
        )
        command: Any = Distribution({"ext_modules": made}).get_command_obj("build_ext")
        command.build_lib, command.build_temp = place, place
        command.parallel = os.cpu_count()
        command.ensure_finalized()
        command.run()
        for module in modules:
            built = Path(place, "fileroom", "dicom", module.name)
            fresh = module.with_suffix(".new")  # a module that is in use is not written over but replaced
            shutil.copy(built, fresh)
            fresh.replace(module)
    said.write_text(fingerprint + "\n")


# -- the listing of folders, which is plain C ---------------------------------------------------------------------


def listing_module(root: Path) -> Path:
    """Where the compiled listing belongs."""
    return root / LISTING.parent / f"_listing{SUFFIX}"


def listing_is_fresh(root: Path) -> bool:
    """Whether it is compiled from the source that is there: it carries the fingerprint of what it was made from."""
    built = listing_module(root)
    fingerprint = load_names(root, LISTING).fingerprint(root / LISTING.parent)
    return built.is_file() and fingerprint.encode() in built.read_bytes()


def compile_listing(root: Path) -> None:
    """Compile it into its place."""
    from setuptools import Distribution, Extension

    names = load_names(root, LISTING)
    home = root / LISTING.parent
    macro = ("FILEROOM_BUILT_FROM", f'"{names.fingerprint(home)}"')
    source = str(home / names.SOURCE)
    with tempfile.TemporaryDirectory() as place:
        extension = Extension(names.MODULE, [source], define_macros=[macro], extra_compile_args=FLAGS)
        command: Any = Distribution({"ext_modules": [extension]}).get_command_obj("build_ext")
        command.build_lib, command.build_temp = place, place
        command.ensure_finalized()
        command.run()
        fresh = listing_module(root).with_suffix(".new")
        shutil.copy(Path(place, listing_module(root).name), fresh)
        fresh.replace(listing_module(root))


if __name__ == "__main__":
    made = make_reader(Path(__file__).resolve().parent)
    print("The header reader is compiled." if made else "The header reader is interpreted.")  # noqa: T201
