"""The whole service on one machine, with nothing installed beforehand but Python and make."""

import warnings

# The embedded PostgreSQL asks for a runtime directory that containers and macOS do not have.
warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
