"""``python -m fileroom`` is the ``fileroom`` program."""

from fileroom.cli import main

main()
