"""Reading YAML: what plain scalars mean, what is refused, and that nothing hostile takes long."""

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from actloss_cli.config.document import Origin
from actloss_cli.config.yaml_reader import MAX_BYTES, read_yaml
from actloss_cli.config.yaml_writer import dump_yaml
from actloss_cli.errors import UserError

ORIGIN = Origin("x.yaml", Path())


def value_of(text: str) -> object:
    document = read_yaml(text, ORIGIN)
    assert not document.problems
    return document.value


def problems_in(text: str) -> list[str]:
    """What stops the reading, or else the flaws of form."""
    try:
        return [str(problem) for _, problem in read_yaml(text, ORIGIN).problems]
    except UserError as error:
        return [str(problem) for problem in error.problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1e-3", 0.001),
        ("1E5", 100000.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("-2.5e+1", -25.0),
        ("+7", 7),
        ("010", 10),
        ("true", True),
        ("False", False),
        ("no", "no"),
        ("off", "off"),
        ("yes", "yes"),
        ("on", "on"),
        ("1:30", "1:30"),
        ("2024-01-01", "2024-01-01"),
        ("1_000", "1_000"),
        ("0x1f", "0x1f"),
        ("'1e-3'", "1e-3"),
        ("!!str 5", "5"),
        ("!!float 5", 5.0),
        ("~", None),
        ("", None),
        ("-.inf", -float("inf")),
        ("<<", "<<"),
        ("e1", "e1"),
        ("[a, {b: 1}]", ["a", {"b": 1}]),
    ],
)
def test_scalars_mean_what_yaml_1_2_says(text, expected):
    value = value_of(text)
    assert value == expected
    assert type(value) is type(expected)


def test_every_value_and_key_has_its_line_and_column():
    document = read_yaml("a: 1\nb:\n  - x\n  - {c: 2}\n", ORIGIN)
    marks = {path: (mark.line, mark.column) for path, mark in document.marks.items()}
    assert marks == {
        (): (1, 1),
        ("a",): (1, 4),
        ("b",): (3, 3),
        ("b", 0): (3, 5),
        ("b", 1): (4, 5),
        ("b", 1, "c"): (4, 9),
    }
    keys = {path: (mark.line, mark.column) for path, mark in document.key_marks.items()}
    assert keys == {("a",): (1, 1), ("b",): (2, 1), ("b", 1, "c"): (4, 6)}


def test_an_alias_stands_for_its_anchor():
    assert value_of("a: &x [1, 2]\nb: *x") == {"a": [1, 2], "b": [1, 2]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3", ["error: x.yaml:3:1: duplicate key 'a', on line 1 and line 3\nhint: keep one of the two"]),
        (
            "a: {b: 1, b: 2}",
            ["error: x.yaml:1:11: a: duplicate key 'b', on line 1 and line 1\nhint: keep one of the two"],
        ),
        (
            "a: !!python/object:os.system x\nb: !foo [1]",
            [
                "error: x.yaml:1:4: a: unknown tag '!!python/object:os.system'"
                "\nhint: remove the tag: a config is plain YAML",
                "error: x.yaml:2:4: b: unknown tag '!foo'\nhint: remove the tag: a config is plain YAML",
            ],
        ),
        ("a: !!int 3x", ["error: x.yaml:1:4: a: '3x' is not a whole number"]),
        ("a: !!float x", ["error: x.yaml:1:4: a: 'x' is not a number"]),
        ("a: !!bool x", ["error: x.yaml:1:4: a: 'x' is neither true nor false"]),
        ("a: 9007199254740993", ["error: x.yaml:1:4: a: '9007199254740993' is too large a number"]),
        (
            "[a]: b",
            ["error: x.yaml:1:1: a key must be text, not a list or a mapping\nhint: write 'key: value'"],
        ),
        ('a: "\\ud800"', ["error: x.yaml:1:4: a: '\\ud800' is half a character"]),
        ('"\\ud800": a', ["error: x.yaml:1:1: '\\ud800' is half a character"]),
        (
            '"\\e[31m": !x a',
            ["error: x.yaml:1:11: '\\x1b[31m': unknown tag '!x'\nhint: remove the tag: a config is plain YAML"],
        ),
        (
            "a: 1\n---\nb: 2",
            [
                "error: x.yaml:2:1: a second YAML document begins here"
                "\nhint: a config is one document: remove the '---' and what doesn't belong"
            ],
        ),
        ("a: b\r\nc:\0", ["error: x.yaml:2:3: the character U+0000 can't stand in YAML\nhint: remove it"]),
        (
            "a:\n\t- b",
            [
                "error: x.yaml:2:1: invalid YAML: found character '\\t' that cannot start any token"
                "\nhint: indent with spaces, not with tabs"
            ],
        ),
        (
            "a: [1,\nb: 2",
            [
                "error: x.yaml:2:5: invalid YAML: while parsing a flow sequence, "
                "expected ',' or ']', but got '<stream end>'"
                "\nhint: check quotes, brackets, colons and indentation from line 1 on"
            ],
        ),
        (
            "a: *b",
            [
                "error: x.yaml:1:4: invalid YAML: found undefined alias 'b'"
                "\nhint: check quotes, brackets, colons and indentation up to here"
            ],
        ),
        (
            'a: "\\UFFFFFFFF"',
            ["error: x.yaml:1:7: an escape or a version is out of range\nhint: the highest character is \\U0010FFFF"],
        ),
    ],
)
def test_flaws_of_form_are_told_with_their_place(text, expected):
    assert problems_in(text) == expected


BOUND_HINT = "\nhint: no config needs that: is this the right file?"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[" * 200_000, "x.yaml:1:21: nested more than 20 deep"),
        ("{" * 200_000, "x.yaml:1:21: nested more than 20 deep"),
        ("[\n" * 200_000, "x.yaml:21:1: nested more than 20 deep"),
        ("- " * 200_000, "x.yaml:1:41: nested more than 20 deep"),
        ("a: " + "[" * 200_000, "x.yaml:1:23: nested more than 20 deep"),
        ("&a [*a]", "x.yaml:1:1: aliases nest more than 20 deep"),
        ("a: &a {b: *a}", "x.yaml:1:4: aliases nest more than 20 deep"),
        (
            "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
            + "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 9)),
            "x.yaml:1:24: aliases make more than 15000 values",
        ),
        ("[" + "a," * 100_000 + "]", "x.yaml:1:30000: more than 15000 values"),
        ("- &a x\n" + "- *a\n" * 200, "x.yaml:102:3: more than 100 aliases"),
    ],
    ids=["brackets", "braces", "lines", "dashes", "value", "recursive", "recursive-map", "laughs", "wide", "aliases"],
)
def test_hostile_yaml_is_refused_at_once(text, problem):
    started = time.process_time()
    assert problems_in(text) == [f"error: {problem}{BOUND_HINT}"]
    assert time.process_time() - started < 2


def test_twenty_levels_are_still_read():
    assert problems_in("[" * 20 + "]" * 20) == []


def test_thousands_of_digits_are_no_number():
    (problem,) = problems_in("a: " + "9" * 5000)
    assert problem.startswith("error: x.yaml:1:4: a: '9999")
    assert problem.endswith("9999' is too large a number")


@settings(deadline=None)
@given(
    st.text(alphabet=st.one_of(st.sampled_from("[]{}:,-&*!|>'\"#%@`? \n\tab1.~\\ux0"), st.characters()), max_size=60)
)
def test_whatever_the_text_only_user_errors_come_out(text):
    for problem in problems_in(text):
        problem.encode()


PLAIN = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-(2**53), 2**53),
        st.floats(allow_nan=False),
        st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).filter(str.isprintable),
        st.sampled_from(["1e3", "no", "012", ".5", "null", "", "true", "~", "1:30", "- a", "2024-01-01"]),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "no", "1e3", "x y"]), inner),
    max_leaves=10,
)


@settings(deadline=None)
@given(PLAIN)
def test_what_is_written_is_read_back_by_us_and_by_any_yaml_reader(value):
    text = dump_yaml(value)
    assert value_of(text) == value
    assert yaml.safe_load(text) == value


def test_a_file_that_is_too_large_is_not_read(problems_of):
    assert problems_of(b"#" * (MAX_BYTES + 1)) == [f"error: x.yaml: larger than 250 kB{BOUND_HINT}"]


def test_bytes_that_are_not_utf_8_are_told_with_their_place(problems_of):
    assert problems_of(b"name: x\nlabel: caf\xe9\n") == [
        "error: x.yaml:2:11: not UTF-8 text (byte 0xe9)\nhint: save the file as UTF-8"
    ]


def test_a_byte_order_mark_does_no_harm(load_text):
    assert load_text(b"\xef\xbb\xbfname: x\ntasks: [{kind: binary, dataset: moons}]\n").name == "x"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "x.yaml:1:1: the file is empty"),
        ("# only a comment\n", "x.yaml:1:1: the file is empty"),
        ("\n- a\n", "x.yaml:2:1: the top is a list, not a mapping"),
        ("grid", "x.yaml:1:1: the top is 'grid', not a mapping"),
    ],
)
def test_the_top_must_be_a_mapping(problems_of, text, problem):
    assert problems_of(text) == [f"error: {problem}\nhint: a config is a mapping with at least 'name' and 'tasks'"]
