"""Questions by hand: right answers are those of the worked example, wrong ones those of slips."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
import torch
from torch import nn

from specc.exam.quiz import markdown, moodle
from specc.exam.quiz.byhand import hand_item, hand_topics
from specc.exam.quiz.item import Item
from specc.exam.quiz.make import make
from specc.pipeline import compile_text
from specc.program import Program

TEXT = """specc 1
example "a convolution" {
    given x = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    given K = [[1, 2], [0, -1]]
    y = x -> conv(weight=K)
}
example "a parabola" {
    given w = 2
    loss = (w - 3)^2
    minimize loss
    optimizer sgd(lr=0.1)
}
"""


def program(text: str = TEXT) -> Program:
    compiled = compile_text(text)
    assert compiled.program is not None, [d.message for d in compiled.diagnostics]
    return compiled.program


def items() -> dict[str, Item]:
    own = program()
    made = (hand_item(own, topic) for topic in hand_topics(own))
    return {one.name: one for one in made if one is not None}


def test_answers_are_those_of_torch() -> None:
    x, k = torch.arange(1.0, 10).reshape(1, 1, 3, 3), torch.tensor([[[[1.0, 2], [0, -1]]]])
    for turned, pick in ((k, lambda i: i.right), (k.flip(2, 3), lambda i: i.wrong[0].text)):
        y = nn.functional.conv2d(x, turned)[0, 0]
        for row in range(2):
            for column in range(2):
                one = items()[f"a convolution: y[0, {row}, {column}]"]
                assert float(pick(one)) == y[row, column].item()
                assert one.wrong[0].slips == ("kernel-turned",)


def test_a_step_and_its_slips() -> None:
    one = items()["a parabola: w after the first step"]
    assert one.right == "2.2"
    assert {w.slips[0]: w.text for w in one.wrong} == {"sign-turned": "1.8", "rate-forgotten": "4"}


def test_variants_have_numbers_of_their_own() -> None:
    quiz = make(program(), 4, 3, 5, "both", "pytorch")
    assert [v.name for v in quiz.variants] == ["A", "B", "C"]
    names = [[i.name for i in v.items] for v in quiz.variants]
    assert names[0] == names[1] == names[2]
    assert len(names[0]) == 4
    assert len({tuple(i.right for i in v.items) for v in quiz.variants}) > 1
    assert "given K" in quiz.variants[0].model
    assert "how much is" in markdown.markdown(quiz)


def test_moodle_takes_a_decimal_with_its_places() -> None:
    quiz = make(program(), 6, 1, 5, "number", "pytorch")
    tree = ElementTree.fromstring(moodle.xml(quiz))
    for question in tree.findall("question[@type='numerical']"):
        for one in question.findall("answer"):
            assert float(one.findtext("text") or "nan") == pytest.approx(
                float(one.findtext("text") or 0)
            )
            assert one.findtext("tolerance") in {"0", "0.0001"}


SMALL = """specc 1
example "a small slope" {
    given w = 0.00117
    given c = 0.0071
    loss = w * w * c / 2
    minimize loss
    optimizer sgd(lr=0.5)
}
"""


def accepted(question: ElementTree.Element, value: float) -> list[str]:
    """The shares of the answers that take a number."""
    return [
        answer.get("fraction", "")
        for answer in question.findall("answer")
        if abs(float(answer.findtext("text") or "nan") - value)
        <= float(answer.findtext("tolerance") or 0)
    ]


def test_a_small_number_is_taken_with_its_significant_digits() -> None:
    quiz = make(program(SMALL), 9, 1, 5, "number", "pytorch")
    tree = ElementTree.fromstring(moodle.xml(quiz))
    found = tree.findall("question[@type='numerical']")
    assert len(found) > 2
    for question, item in zip(found, quiz.variants[0].items, strict=True):
        right = float(item.right)
        assert accepted(question, right) == ["100"]
        assert accepted(question, right * 1.00001) == ["100"]
        assert "100" not in accepted(question, 0.0)
        assert all("100" not in accepted(question, float(w.text)) for w in item.wrong)
    assert any("significant digits" in i.stem for i in quiz.variants[0].items)


def test_a_choice_of_numbers_worked_by_hand() -> None:
    items = make(program(), 6, 1, 5, "choice", "pytorch").variants[0].items
    assert {i.kind for i in items} == {"choice"}
    assert all(i.right in i.options and len(i.options) > 1 for i in items)


def test_no_number_has_a_name_that_the_text_lacks() -> None:
    text = TEXT.replace("conv(weight=K)", "conv(weight=K) -> relu")
    names = [t.number for t in hand_topics(program(text))]
    assert any(n.startswith("y[") for n in names)
    assert not any("conv1" in n or "relu1" in n for n in names)


def test_a_copy_is_asked_about_by_itself() -> None:
    own = program(
        'specc 1\nexample "e" { given x = [1, 2]\n given w = [1, 2, 3, 4]\n h = relu(x)\n c = [h, h]\n'
        " loss = sum(c * w) + sum(h)\n minimize loss }\n"
    )
    asked = {t.number: hand_item(own, t) for t in hand_topics(own)}
    rights = [one.right for n, one in asked.items() if n.startswith("dL/dc[") and one is not None]
    assert rights == ["1", "2", "3", "4"]
