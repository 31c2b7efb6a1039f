"""What a file claims and promises about its networks, checked against the count.

`check_claims` is the pass of `check`; `outcomes` gives every claim with its computed value for marking;
`is_static` tells promises that need no training from those about `train.…` and `test.…`.
"""

from specc.claims.check import check_claims, dynamic_expects, is_static, outcomes
from specc.claims.outcome import Outcome, Sheet

__all__ = ["Outcome", "Sheet", "check_claims", "dynamic_expects", "is_static", "outcomes"]
