"""Where bytes live, read-only: paths, drives and folders."""
