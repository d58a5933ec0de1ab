"""Bytes to model: what a DICOM file says, without ever touching its pixels."""
