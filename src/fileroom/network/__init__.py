"""Speaking DICOM over a network: associations and messages (PS3.7, PS3.8), and what we ask of other nodes."""
