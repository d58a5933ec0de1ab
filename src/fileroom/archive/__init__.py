"""The house: everything a door may ask for. Doors call nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fileroom.archive.handed import FrameBytes as FrameBytes
from fileroom.archive.handed import InstanceFile as InstanceFile
from fileroom.archive.handed import Named as Named
from fileroom.archive.handed import Picture as Picture
from fileroom.archive.handed import Related as Related
from fileroom.archive.handed import Status as Status
from fileroom.archive.house import Archive as Archive
from fileroom.archive.house import convert_file as convert_file
from fileroom.archive.house import open as open  # noqa: A004 - fileroom.open reads as it is meant

if TYPE_CHECKING:  # doors name them by way of the archive
    from fileroom.intake.inbox import Arrival as Arrival
    from fileroom.pixels.transcoding import Transcoded as Transcoded
