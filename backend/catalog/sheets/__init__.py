"""The catalogue as sheets: written out, read in, checked row by row, applied without doubling."""
