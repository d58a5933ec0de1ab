"""The HTTP door: DICOMweb, the app's own api, sign-in and the pages. It translates and calls the archive."""
