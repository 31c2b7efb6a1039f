"""Every published count holds in its convention, and its working is shown."""

from __future__ import annotations

import pytest

from specc.count import count
from specc.pipeline import compile_text
from tests.count.published import PUBLISHED, Published


@pytest.mark.parametrize("case", PUBLISHED, ids=lambda c: c.source)
def test_a_published_count(case: Published) -> None:
    compiled = compile_text(f"specc 1\n\n{case.text}")
    assert compiled.program is not None, [d.message for d in compiled.diagnostics]
    report = count(compiled.program, case.convention)
    for name, params in case.params.items():
        network = report.network(name)
        assert network.totals.params == params
        if case.trainable:
            assert network.totals.trainable == case.trainable[name]
        counted = [row for row in network.rows if row.params != 0]
        assert sum(row.params for row in counted if isinstance(row.params, int)) == params
        assert all(row.working for row in counted)
