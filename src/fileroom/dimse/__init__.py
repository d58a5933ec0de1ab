"""The DIMSE door: Verification, Storage, Query/Retrieve and Storage Commitment, as SCP (PS3.4, PS3.7)."""
