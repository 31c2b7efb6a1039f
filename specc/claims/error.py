"""Why the value of a claim cannot be computed."""

from __future__ import annotations

from specc.diagnostics import Diagnostic


class ClaimError(Exception):
    """A subject or expression without a value; carries what to report."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic
