"""What leaves the installation: exports now; site, feeds and API build on the same values."""
