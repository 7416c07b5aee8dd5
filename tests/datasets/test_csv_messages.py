"""A user's CSV that can't be used: each message and hint, to the letter."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from actloss_cli.datasets import DatasetError, DatasetRef, load

QUOTES = "check its quotes"
FILL_IN = (
    "fill them in, or write {csv: PATH, target: COLUMN, missing: mean}, or 'missing: drop' to leave those rows out "
    "(empty cells, ?, NA, NaN, null and None count as missing)"
)
MERGE = "take a table without that column, or merge its values to at most 50"


def problem(path: Path, kind: str = "regression", target: str = "y", missing: str = "error") -> tuple[str, str]:
    """Message and hint of the error that loading gives."""
    with pytest.raises(DatasetError) as caught:
        load(DatasetRef("mine", str(path), target, missing=missing), kind)
    assert "\n" not in caught.value.message + caught.value.hint
    assert str(caught.value) == caught.value.message
    return caught.value.message, caught.value.hint


def write(tmp_path: Path, content: str | bytes) -> Path:
    file = tmp_path / "t.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def table(**columns: Sequence[object]) -> str:
    rows = zip(*columns.values(), strict=True)
    return "\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)]) + "\n"


def test_a_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert problem(Path("no/such.csv")) == (
        "no such file 'no/such.csv'",
        "a relative path starts from the config's folder",
    )


def test_a_folder_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    assert problem(Path("folder")) == ("'folder' is not a file", "give the path of a CSV file")


def test_a_path_that_the_system_refuses_is_told_with_its_reason(tmp_path: Path) -> None:
    name = "n" * 300
    assert problem(Path(name)) == (f"can't read '{'n' * 97}...{'n' * 98}': File name too long", "")
    assert problem(Path("a\0b.csv")) == ("can't read 'a\\x00b.csv': embedded null byte", "")


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        (b"", "CSV 't.csv' is empty", "its first line must name the columns"),
        (b" \n\n", "CSV 't.csv' is empty", "its first line must name the columns"),
        (b"\xef\xbb\xbf", "CSV 't.csv' is empty", "its first line must name the columns"),
        ("\n".encode("utf-16"), "CSV 't.csv' is empty", "its first line must name the columns"),
        (b"a,y\n1,\x002\n", "CSV 't.csv' holds NUL bytes: it is not a text table", "save it as CSV in UTF-8"),
        (
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            "CSV 't.csv' holds NUL bytes: it is not a text table",
            "save it as CSV in UTF-8",
        ),
        (
            "a,y\n1,2\n".encode("utf-16")[:-1],
            "CSV 't.csv' holds NUL bytes: it is not a text table",
            "save it as CSV in UTF-8",
        ),
        (
            bytes(range(1, 256)) * 9,
            "CSV 't.csv' is not text in any encoding that could be recognised",
            "save it as CSV in UTF-8",
        ),
        (
            b"a,y,a,b,y\n",
            "CSV 't.csv' has more than one column of the name 'a', 'y'",
            "rename all but one",
        ),
        (b"a,,y\n", "CSV 't.csv': column 2 has no name", "name it in the first line, or remove it"),
        (
            b"a,y\n1,2\n1,2,3\n",
            "CSV 't.csv': line 3 has 3 fields, the first line 2",
            "give every line as many fields as there are columns",
        ),
        (
            b"a,y\n1,2\n\n1\n",
            "CSV 't.csv': line 4 has 1 field, the first line 2",
            "give every line as many fields as there are columns",
        ),
        (
            b"a,y\n1," + b"2" * 200_000,
            "CSV 't.csv' can't be read as a table: line 2: field larger than field limit (131072)",
            QUOTES,
        ),
        (
            b'a,y\n1,"2\n3,4\n',
            "CSV 't.csv' can't be read as a table: Error tokenizing data. C error: EOF inside string starting at row 1",
            QUOTES,
        ),
        (b"y\n1\n", "CSV 't.csv' has no column besides the target", "give it at least one column of features"),
        (b"a,y\n1,2\n", "CSV 't.csv' has 1 row", "at least 40 are needed"),
        (b"a,y\n", "CSV 't.csv' has 0 rows", "at least 40 are needed"),
        (b"a,y\n" + b"1,2\n" * 39, "CSV 't.csv' has 39 rows", "at least 40 are needed"),
    ],
)
def test_a_file_that_is_no_sound_table_says_what_is_wrong(
    tmp_path: Path, content: bytes, message: str, hint: str
) -> None:
    assert problem(write(tmp_path, content)) == (message, hint)


def test_a_missing_target_column_is_told_with_the_nearest_and_the_list(tmp_path: Path) -> None:
    file = write(tmp_path, table(length=[1], species=[2]))
    assert problem(file, target="specie") == (
        "CSV 't.csv' has no column 'specie'",
        "did you mean 'species'? its columns: 'length', 'species'",
    )
    assert problem(file, target="zzz") == ("CSV 't.csv' has no column 'zzz'", "its columns: 'length', 'species'")


def test_a_long_list_of_columns_and_long_names_are_cut_short(tmp_path: Path) -> None:
    columns = {f"c{i}": [1] for i in range(30)} | {"z" * 500: [1]}
    assert problem(write(tmp_path, table(**columns)), target="q" * 500) == (
        "CSV 't.csv' has no column 'qqqqqqqqqqqqqqqqqq...qqqqqqqqqqqqqqqqqqq'",
        "its columns: 'c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7' and 23 more",
    )


def test_control_characters_from_the_file_are_escaped(tmp_path: Path) -> None:
    file = write(tmp_path, table(**{"a\x1b[31m": range(40), "y": ["\x07x"] * 40}))
    assert problem(file) == (
        "CSV 't.csv': target 'y' is text (such as '\\x07x'), not numbers",
        "write kind: multiclass, or take a column of numbers as the target",
    )
    assert problem(file, target="z")[1] == "its columns: 'a\\x1b[31m', 'y'"


def test_missing_values_are_counted_by_column(tmp_path: Path) -> None:
    a: list[object] = ["", "NA", "nan", *range(37)]
    b: list[object] = [*range(39), ""]
    y = ["null", *["no", "yes"] * 19, "yes"]
    assert problem(write(tmp_path, table(a=a, fine=range(40), b=b, y=y)), "binary") == (
        "CSV 't.csv' has missing values in 'a' (3 rows), 'b' (1 row), 'y' (1 row)",
        FILL_IN,
    )


def test_a_missing_text_is_missing_too(tmp_path: Path) -> None:
    file = write(tmp_path, table(size=["S", "M", "L", ""] * 10, y=range(40)))
    assert problem(file) == ("CSV 't.csv' has missing values in 'size' (10 rows)", FILL_IN)


def test_a_missing_target_is_not_filled_in(tmp_path: Path) -> None:
    file = write(tmp_path, table(a=["", *range(40)], y=[*range(40), ""]))
    assert problem(file, missing="mean") == (
        "CSV 't.csv' has missing values in 'y' (1 row)",
        "a target can't be filled in: write 'missing: drop' to leave those rows out",
    )


@pytest.mark.parametrize("n_missing", [21, 40])
def test_a_column_of_numbers_that_is_mostly_missing_is_not_filled_in(tmp_path: Path, n_missing: int) -> None:
    a = [""] * n_missing + ["1"] * (40 - n_missing)
    file = write(tmp_path, table(a=a, b=range(40), y=range(40)))
    assert problem(file, missing="mean") == (
        f"CSV 't.csv' has columns of numbers that are missing in more than half of the rows: 'a' ({n_missing} rows)",
        "take a table without them, or fill them in: their mean says too little",
    )


def test_too_few_rows_without_missing_values_are_told_with_the_number_of_those_left_out(tmp_path: Path) -> None:
    file = write(tmp_path, table(a=["", *range(39)], y=range(40)))
    assert problem(file, missing="drop") == (
        "CSV 't.csv' has 39 rows without missing values, beside 1 with some",
        "at least 40 are needed",
    )


def test_infinite_and_absurdly_large_values_are_counted_by_column(tmp_path: Path) -> None:
    a: list[object] = ["inf", "-Infinity", "1e999", *range(37)]
    y: list[object] = [*range(39), "-1e200"]
    assert problem(write(tmp_path, table(a=a, y=y))) == (
        "CSV 't.csv' has values that are infinite or larger than 1e+100 in 'a' (3 rows), 'y' (1 row)",
        "correct them, or remove those rows",
    )


def test_a_whole_number_too_long_for_a_float_is_a_value_too_large(tmp_path: Path) -> None:
    a: list[object] = ["9" * 400, *range(39)]
    assert problem(write(tmp_path, table(a=a, y=range(40))))[0] == (
        "CSV 't.csv' has values that are infinite or larger than 1e+100 in 'a' (1 row)"
    )


def test_a_text_that_differs_in_most_rows_is_told_to_be_no_category(tmp_path: Path) -> None:
    colour: list[object] = [1, 2, *(f"red{i}" for i in range(35)), "red", 3, 4]
    file = write(tmp_path, table(colour=colour, fine=range(40), y=range(40)))
    assert problem(file) == (
        "CSV 't.csv': 'colour' has 40 distinct texts (such as 'red0') in 40 rows: "
        "it looks like an identifier or free text",
        MERGE,
    )


def test_more_than_fifty_distinct_texts_are_no_categories_however_often_they_repeat(tmp_path: Path) -> None:
    def cities(n: int) -> str:
        return table(city=[f"c{i}" for i in range(n)] * 10, y=range(10 * n))

    assert problem(write(tmp_path, cities(51))) == (
        "CSV 't.csv': 'city' has 51 distinct texts (such as 'c0') in 510 rows: "
        "it looks like an identifier or free text",
        MERGE,
    )
    (tmp_path / "fifty").mkdir()
    fifty = write(tmp_path / "fifty", cities(50))
    assert load(DatasetRef("mine", str(fifty), "y"), "regression").X.shape == (500, 50)


def test_numbers_with_a_decimal_comma_are_no_categories(tmp_path: Path) -> None:
    text = table(a=["1.5", "-2.5"] * 20, y=range(40)).replace(",", ";").replace(".", ",")
    assert problem(write(tmp_path, text)) == (
        "CSV 't.csv': 'a' holds numbers with a decimal comma (such as '-2,5')",
        "write them with a decimal point",
    )


@pytest.mark.parametrize(
    ("labels", "example", "kind"),
    [
        (["setosa", "versicolor", "virginica", "other"] * 10, "setosa", "multiclass"),
        ([1, 2, "n/k", 3] * 10, "n/k", "multiclass"),
        (["True", "False"] * 20, "True", "binary"),
    ],
)
def test_a_text_target_in_a_regression_is_told_with_an_example(
    tmp_path: Path, labels: list[object], example: str, kind: str
) -> None:
    assert problem(write(tmp_path, table(a=range(40), y=labels))) == (
        f"CSV 't.csv': target 'y' is text (such as '{example}'), not numbers",
        f"write kind: {kind}, or take a column of numbers as the target",
    )


@pytest.mark.parametrize(("value", "kind"), [(3, "regression"), (3, "binary"), ("x", "binary"), ("x", "multiclass")])
def test_a_constant_target_is_refused(tmp_path: Path, value: object, kind: str) -> None:
    assert problem(write(tmp_path, table(a=range(40), y=[value] * 40)), kind) == (
        f"CSV 't.csv': target 'y' is constant (always '{value}')",
        "take a column that varies as the target",
    )


@pytest.mark.parametrize("kind", ["binary", "multiclass"])
def test_a_target_of_measured_values_is_no_classification(tmp_path: Path, kind: str) -> None:
    mostly_distinct = table(a=range(40), y=[*range(21), *[0] * 19])
    assert problem(write(tmp_path, mostly_distinct), kind) == (
        "CSV 't.csv': target 'y' has 21 distinct numbers in 40 rows: values, not classes",
        "write kind: regression",
    )


def test_many_fractions_are_measured_values_even_if_they_repeat(tmp_path: Path) -> None:
    fractions = [i / 4 for i in range(51)] * 10
    assert problem(write(tmp_path, table(a=range(510), y=fractions)), "multiclass") == (
        "CSV 't.csv': target 'y' has 51 distinct numbers in 510 rows: values, not classes",
        "write kind: regression",
    )


def test_many_whole_numbers_that_repeat_are_classes(tmp_path: Path) -> None:
    file = write(tmp_path, table(a=range(510), y=[*range(51)] * 10))
    assert len(load(DatasetRef("mine", str(file), "y"), "multiclass").classes) == 51


def test_the_number_of_classes_must_fit_the_kind(tmp_path: Path) -> None:
    assert problem(write(tmp_path, table(a=range(60), y=["c", "a", "b"] * 20)), "binary") == (
        "CSV 't.csv': target 'y' has 3 classes: 'a', 'b', 'c'",
        "write kind: multiclass",
    )
    (tmp_path / "two").mkdir()
    assert problem(write(tmp_path / "two", table(a=range(60), y=["b", "a"] * 30)), "multiclass") == (
        "CSV 't.csv': target 'y' has only two classes: 'a', 'b'",
        "write kind: binary",
    )


def test_rare_classes_are_named_with_their_rows(tmp_path: Path) -> None:
    labels = ["a"] * 40 + ["b"] * 8 + ["c"] * 7 + ["d"]
    assert problem(write(tmp_path, table(x=range(56), y=labels)), "multiclass") == (
        "CSV 't.csv': target 'y' has classes of fewer than 8 rows: 'c' (7 rows), 'd' (1 row)",
        "merge rare classes, or remove their rows: training, validation and test need some of each",
    )


def test_a_class_of_eight_rows_is_enough(tmp_path: Path) -> None:
    file = write(tmp_path, table(x=range(48), y=["a"] * 40 + ["b"] * 8))
    dataset = load(DatasetRef("mine", str(file), "y"), "binary")
    assert (dataset.y[dataset.test] == 1).sum() == 2


def test_a_slip_among_numbers_is_told_rather_than_made_a_category(tmp_path: Path) -> None:
    cells: list[object] = [*range(20), "n.a.", *range(21, 40), "12 kg"]
    path = write(tmp_path, table(mass=cells, x=range(41), y=[i % 7 for i in range(41)]))
    assert problem(path) == (
        "CSV 't.csv': 'mass' holds numbers, but text in 2 cells (such as 'n.a.')",
        "write them as numbers too, or leave those cells empty and say what becomes of missing ones",
    )


def test_a_question_mark_counts_as_missing(tmp_path: Path) -> None:
    cells: list[object] = ["?", *range(1, 41)]
    path = write(tmp_path, table(mass=cells, y=[i % 7 for i in range(41)]))
    assert problem(path) == ("CSV 't.csv' has missing values in 'mass' (1 row)", FILL_IN)
    dataset = load(DatasetRef("mine", str(path), "y", missing="drop"), "regression")
    assert dataset.X.shape == (40, 1)
