"""A server as a program of its own, for the test that ends it by a signal: ``python -m tests.web.serving``.

It prints what ``serve --json`` prints when it is ready, and one more line when it has come to its end.
"""

from __future__ import annotations

import json
import sys

from fileroom.web.serve import Ready, serve
from tests.web import fake


def announce(ready: Ready) -> None:
    sys.stdout.write(json.dumps({"url": ready.url, "token": ready.token, "dicomweb": ready.dicomweb}) + "\n")
    sys.stdout.flush()


def main() -> None:
    seen = []

    def importing(*given: object) -> object:
        summary = fake.until_released(*given)  # type: ignore[arg-type]  # it is called as the fake archive calls it
        seen.append(summary.state)
        return summary

    archive = fake.FakeArchive(importing=importing)  # type: ignore[arg-type]  # as above
    serve(archive.as_archive, on_ready=announce)
    sys.stdout.write(json.dumps({"ended": True, "imports": seen}) + "\n")


if __name__ == "__main__":
    main()
