"""Pixels: where frames lie, how they are decoded, windowed and made small, and their geometry."""
