"""The nouns of the house: frozen values that import nothing of ours, by subject.

Dates and times are kept as the text that stands in the file (DA ``YYYYMMDD``, TM ``HHMMSS.ffffff``, PS3.5 6.2),
lengths are millimetres, absent values are ``None`` (numbers) or ``""`` (text).

Each is imported from its own module: who reads headers does not wait for all the rest.
"""
