"""Writing media: entries as a File-set (PS3.10) in a folder, an ISO 9660 image or a ZIP."""
