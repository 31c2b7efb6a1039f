"""The usual slips: what a wrong figure would be the right answer to.

A slip changes the layer's own working (or asks the layer again with something changed), never states a second
formula. `diagnose` looks for the slips, or pairs of slips, that give a claimed figure; `alternatives` lists
every wrong figure that a slip leads to.
"""

from specc.claims.slips.engine import alternatives, diagnose
from specc.claims.slips.slip import Finding, Slip

__all__ = ["Finding", "Slip", "alternatives", "diagnose"]
