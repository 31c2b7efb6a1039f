"""A program in words."""

from __future__ import annotations

from specc.pipeline import compile_text
from specc.report.programs import document, lines
from tests.resolve.test_procedure import HEAD

WALK = """
## From row to row.
program walk(steps=4, far=1.0) {
    z ~ normal[4]
    for t in range(steps) {
        show animation(Decoder(z
            * far * t))
    }
    total = mean(mean(Encoder(test.x).mu), axis=batch)
    show total
    export Encoder
}
expect walk.total < 2
"""


def test_a_program_is_told() -> None:
    program = compile_text(HEAD + WALK, "walk.spec").program
    assert program is not None
    [plan] = program.programs
    assert "\n".join(lines(program, plan)) == (
        "program walk, line 21\n"
        "  From row to row.\n"
        "  arguments  steps = 4 (a whole number), far = 1.0 (a number)\n"
        "  draws      64 rows, from seed 0\n"
        "  networks   Decoder, Encoder\n"
        "  reads      test.x\n"
        "  shows      animation(Decoder(z * far * t))\n"
        "  figures    total\n"
        "  exports    Encoder\n"
        "  promises   walk.total < 2\n"
        "  run        specc run walk.spec walk --with steps=4"
    )
    found = document(program, plan)
    assert found["arguments"] == {"steps": 4, "far": 1.0}
    assert found["figures"] == ["total"]
