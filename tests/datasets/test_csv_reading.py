"""A user's CSV that can be read: what its columns become, in the usual dialects."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from actloss_cli.datasets import Dataset, DatasetRef, load, split
from actloss_cli.datasets.columns import encode
from actloss_cli.seeding import derive_seed

N = 60
A = np.random.default_rng(0).normal(size=N).round(3)
B = np.arange(N) % 7


def lines(target: list[object], delimiter: str = ",", header: str = "a,b,y") -> str:
    rows = [delimiter.join(map(str, row)) for row in zip(A, B, target, strict=True)]
    return "\n".join([header.replace(",", delimiter), *rows]) + "\n"


def read(tmp_path: Path, text: str | bytes, kind: str, target: str = "y", missing: str = "error") -> Dataset:
    folder = tmp_path / str(derive_seed(str(text), kind))
    folder.mkdir(exist_ok=True)
    file = folder / "table.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(DatasetRef("mine", str(file), target, missing=missing), kind)


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
        lambda text: text.encode("utf-16"),
        lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: ("\n\n" + text.replace("\n", "\n\n")).encode(),
        lambda text: text.replace(",", ",  ").encode(),
        lambda text: text.rstrip("\n").encode(),
        lambda text: text.replace("a,b,y", '"a" , b ,"y"').encode(),
    ],
    ids=[
        "byte-order mark",
        "UTF-16",
        "UTF-16, big end first",
        "Windows",
        "old Mac",
        "blank lines",
        "spaces",
        "no last newline",
        "quoted header",
    ],
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


LABELS = ["Zürich", "Genève", "Lausanne", "St. Gallen"] * (N // 4)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1", "cp1252"])
def test_accents_are_read_in_the_encodings_that_spreadsheets_save(tmp_path: Path, encoding: str) -> None:
    text = lines(LABELS, ";", header="größe,b,y")
    dataset = read(tmp_path, text.encode(encoding), "multiclass")
    assert dataset.features == ("größe", "b")
    assert dataset.classes == ("Genève", "Lausanne", "St. Gallen", "Zürich")


@pytest.mark.parametrize(
    "label", ["männlich", "température [°C]", "señor", "5 €", "naïve", "“x”", "garçon", "Œuvre", "ÿ"]
)
def test_one_accented_word_is_enough_for_windows_1252(tmp_path: Path, label: str) -> None:
    text = lines(["plain", label] * (N // 2))
    assert read(tmp_path, text.encode("cp1252"), "binary").classes == tuple(sorted(["plain", label]))


def test_long_text_of_another_script_is_recognised(tmp_path: Path) -> None:
    labels = ["Это очень красивый красный цвет", "Это совсем другой зелёный цвет"] * (N // 2)
    assert read(tmp_path, lines(labels).encode("cp1251"), "binary").classes == tuple(sorted(set(labels)))


def test_a_column_of_text_becomes_a_column_of_0_and_1_per_value_in_its_place(tmp_path: Path) -> None:
    colours = ["red", "blue ", " red", "green"] * (N // 4)
    dataset = read(tmp_path, lines(colours), "regression", target="a")
    assert dataset.features == ("b", "y=blue", "y=green", "y=red")
    expected = pd.get_dummies(pd.Series(colours).str.strip(), dtype=float)
    np.testing.assert_array_equal(dataset.X, np.column_stack([B, expected]))


def test_numbers_among_texts_are_categories_too(tmp_path: Path) -> None:
    dataset = read(tmp_path, lines(["0", "1", "3+"] * (N // 3)), "regression", target="a")
    assert dataset.features == ("b", "y=0", "y=1", "y=3+")


def test_a_whole_number_too_long_for_a_machine_word_is_a_number(tmp_path: Path) -> None:
    dataset = read(tmp_path, lines(["9" * 30, "1"] * (N // 2)), "regression", target="a")
    assert dataset.features == ("b", "y")
    np.testing.assert_array_equal(dataset.X[:2, 1], [1e30, 1])


def with_gaps(tmp_path: Path, missing: str, cell: str = "") -> Dataset:
    """Gaps in row 0 (a number), row 1 (a text) and row 2 (a truth value); the target is the row's number."""
    rows = [[str(A[i]), ["x", "z"][i % 2], str(i % 3 == 0), i] for i in range(N)]
    for row, column in ((0, 0), (1, 1), (2, 2)):
        rows[row][column] = cell
    text = "\n".join(["number,text,truth,y", *(",".join(map(str, row)) for row in rows)])
    return read(tmp_path, text, "regression", missing=missing)


def test_drop_leaves_out_every_row_with_a_missing_cell(tmp_path: Path) -> None:
    dataset = with_gaps(tmp_path, "drop")
    assert dataset.features == ("number", "text=x", "text=z", "truth")
    np.testing.assert_array_equal(dataset.y, np.arange(3, N))
    np.testing.assert_array_equal(dataset.X[:, 0], A[3:])
    np.testing.assert_array_equal(dataset.X[:, 3], np.arange(3, N) % 3 == 0)


def test_drop_leaves_out_rows_with_a_missing_target(tmp_path: Path) -> None:
    dataset = read(tmp_path, lines(["", *range(1, N)]), "regression", missing="drop")
    np.testing.assert_array_equal(dataset.y, np.arange(1, N))


def test_mean_keeps_a_missing_number_as_nan_and_makes_a_missing_text_a_category(tmp_path: Path) -> None:
    dataset = with_gaps(tmp_path, "mean")
    assert dataset.features == ("number", "text=x", "text=z", "text=(missing)", "truth")
    np.testing.assert_array_equal(dataset.y, np.arange(N))
    np.testing.assert_array_equal(dataset.X[:, 0], [np.nan, *A[1:]])
    np.testing.assert_array_equal(dataset.X[:4, 1:4], [[1, 0, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]])
    np.testing.assert_array_equal(dataset.X[:4, 4], [1, 0, np.nan, 1])


def test_a_missing_number_becomes_the_mean_of_the_training_rows_in_every_split(tmp_path: Path) -> None:
    dataset = with_gaps(tmp_path, "mean")
    numbers = [dataset.features.index(name) for name in ("number", "truth")]
    for seed in range(20):
        rows = split(dataset, "tune", seed)
        train = dataset.X[rows.y_train.astype(int)][:, numbers]
        expected = (dataset.X[:, numbers] - np.nanmean(train, axis=0)) / np.nanstd(train, axis=0)
        expected[[0, 2], [0, 1]] = 0
        for X, y in ((rows.X_train, rows.y_train), (rows.X_validation, rows.y_validation), (rows.X_test, rows.y_test)):
            np.testing.assert_allclose(X[:, numbers], expected[y.astype(int)], atol=1e-12)
            assert np.isfinite(X).all()


def test_every_nan_has_the_same_bytes() -> None:
    signed = np.array([1.0, np.copysign(np.nan, -1.0)])
    assert signed.tobytes() != np.array([1.0, np.nan]).tobytes()
    X, _ = encode(pd.DataFrame({"a": signed}), "a table")
    assert X.tobytes() == np.array([1.0, np.nan]).tobytes()


def test_the_fingerprint_follows_which_cells_are_missing_and_not_how_that_is_written(tmp_path: Path) -> None:
    assert with_gaps(tmp_path, "mean").fingerprint == with_gaps(tmp_path, "mean", "NaN").fingerprint
    gaps = [lines(["1" if i != gap else "" for i in range(N)]) for gap in (3, 4)]
    made = {read(tmp_path, text, "regression", target="a", missing="mean").fingerprint for text in gaps}
    assert len(made) == 2
