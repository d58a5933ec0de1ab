"""Tests mirror the rooms; `world.py` builds what they read."""
