"""Other images: what is no DICOM file of an archive, read as volumes with their geometry. One reader per format."""
