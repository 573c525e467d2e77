"""Which confinement this machine allows, and the command line that applies it."""
