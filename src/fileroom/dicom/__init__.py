"""Bytes to model: what a DICOM file says, without ever touching its pixels."""

from fileroom.dicom import compiled

compiled.prefer(__path__)
