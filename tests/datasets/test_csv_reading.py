"""A user's CSV that can be read: what its columns become, in the usual dialects."""

from pathlib import Path

import numpy as np
import pytest

from actloss_cli.datasets import Dataset, DatasetRef, load
from actloss_cli.seeding import derive_seed

N = 60
A = np.random.default_rng(0).normal(size=N).round(3)
B = np.arange(N) % 7


def lines(target: list[object], delimiter: str = ",", header: str = "a,b,y") -> str:
    rows = [delimiter.join(map(str, row)) for row in zip(A, B, target, strict=True)]
    return "\n".join([header.replace(",", delimiter), *rows]) + "\n"


def read(tmp_path: Path, text: str | bytes, kind: str, target: str = "y", name: str = "mine") -> Dataset:
    folder = tmp_path / str(derive_seed(str(text), kind))
    folder.mkdir(exist_ok=True)
    file = folder / "table.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(DatasetRef(name, str(file), target), kind)


def assert_features(dataset: Dataset) -> None:
    assert dataset.features == ("a", "b")
    np.testing.assert_array_equal(dataset.X, np.column_stack([A, B]))


def test_a_regression_keeps_its_target_in_original_units(tmp_path: Path) -> None:
    values = (A * 100 + 7).round(2)
    dataset = read(tmp_path, lines(list(values)), "regression")
    assert_features(dataset)
    assert (dataset.name, dataset.kind, dataset.classes) == ("mine", "regression", ())
    np.testing.assert_array_equal(dataset.y, values)
    assert (len(dataset.test), dataset.y.dtype) == (15, np.float64)


def test_classes_are_text_in_alphabetical_order(tmp_path: Path) -> None:
    labels = ["no", "yes"] * (N // 2)
    dataset = read(tmp_path, lines(labels), "binary")
    assert_features(dataset)
    assert dataset.classes == ("no", "yes")
    assert [dataset.classes[index] for index in dataset.y] == labels
    assert abs(np.bincount(dataset.y[dataset.test])[1] - 7.5) < 1


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ([10, 9, 100], ("9", "10", "100")),
        ([1.0, -1.0, 0.0], ("-1", "0", "1")),
        ([0.5, 1.5, 1.0], ("0.5", "1.0", "1.5")),
        (["10", "9", "x"], ("10", "9", "x")),
    ],
    ids=["whole", "floats that are whole", "fractions", "mixed with text"],
)
def test_classes_that_are_numbers_are_ordered_by_value(
    tmp_path: Path, labels: list[object], classes: tuple[str, ...]
) -> None:
    dataset = read(tmp_path, lines(labels * (N // 3)), "multiclass")
    expected = tuple(name.removesuffix(".0") for name in classes)
    assert dataset.classes == expected


def test_true_and_false_are_classes_as_a_target_and_1_and_0_as_a_feature(tmp_path: Path) -> None:
    flags = ["False", "True", "True"] * (N // 3)
    as_target = read(tmp_path, lines(flags), "binary")
    assert as_target.classes == ("False", "True")
    assert as_target.y.tolist() == [0, 1, 1] * (N // 3)
    as_feature = read(tmp_path, lines(flags), "regression", target="a")
    assert as_feature.X[:, 1].tolist() == [0, 1, 1] * (N // 3)


def test_any_column_may_be_the_target(tmp_path: Path) -> None:
    dataset = read(tmp_path, lines(list(range(N))), "multiclass", target="b")
    assert dataset.features == ("a", "y")
    np.testing.assert_array_equal(dataset.y, B)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    assert_features(read(tmp_path, lines(list(A), delimiter), "regression"))


def test_a_delimiter_inside_quotes_or_inside_names_does_not_mislead(tmp_path: Path) -> None:
    quoted = lines(['"u;v;w;x"', '"s,t;u"'] * (N // 2), ",")
    assert read(tmp_path, quoted, "binary").classes == ("s,t;u", "u;v;w;x")
    named = lines(["u,v", "w,x"] * (N // 2), ";")
    assert read(tmp_path, named, "binary").classes == ("u,v", "w,x")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: ("\n\n" + text.replace("\n", "\n\n")).encode(),
        lambda text: text.replace(",", ",  ").encode(),
        lambda text: text.rstrip("\n").encode(),
        lambda text: text.replace("a,b,y", '"a" , b ,"y"').encode(),
    ],
    ids=["byte-order mark", "Windows", "old Mac", "blank lines", "spaces", "no last newline", "quoted header"],
)
def test_ways_of_writing_the_same_table_give_the_same_fingerprint(tmp_path: Path, change) -> None:
    text = lines(["no", "yes"] * (N // 2))
    changed = read(tmp_path, change(text), "binary")
    assert_features(changed)
    assert changed.fingerprint == read(tmp_path, text, "binary").fingerprint


def test_spaces_around_a_label_are_no_part_of_it(tmp_path: Path) -> None:
    assert read(tmp_path, lines(["no", "no ", " yes"] * (N // 3)), "binary").classes == ("no", "yes")


def test_numbers_are_read_to_the_last_bit(tmp_path: Path) -> None:
    values = np.random.default_rng(1).normal(size=N) * 1e-7
    np.testing.assert_array_equal(read(tmp_path, lines([repr(float(v)) for v in values]), "regression").y, values)


def test_one_changed_cell_changes_the_fingerprint_and_keeps_the_test_set(tmp_path: Path) -> None:
    text = lines(list(A))
    before = read(tmp_path, text, "regression")
    after = read(tmp_path, text.replace(f"\n{A[5]},", f"\n{A[5] + 1},", 1), "regression")
    assert before.fingerprint != after.fingerprint
    np.testing.assert_array_equal(before.test, after.test)


def test_the_folder_of_the_file_does_not_matter(tmp_path: Path) -> None:
    text = lines(list(A))
    first = read(tmp_path, text, "regression")
    (tmp_path / "elsewhere").mkdir()
    assert read(tmp_path / "elsewhere", text, "regression").fingerprint == first.fingerprint


def test_the_same_values_of_another_kind_have_another_fingerprint(tmp_path: Path) -> None:
    text = lines([0, 1] * (N // 2))
    assert read(tmp_path, text, "regression").fingerprint != read(tmp_path, text, "binary").fingerprint
