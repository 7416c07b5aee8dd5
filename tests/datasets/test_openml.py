"""Datasets of OpenML: through scikit-learn's real loader, from a server of this machine that knows a small table."""

from pathlib import Path

import numpy as np
import pytest

from actloss_cli.datasets import Dataset, DatasetError, DatasetRef, load
from tests.datasets.openml_pages import API, HOST, name, publish, refuse
from tests.datasets.web import Web

N = 60
AGE = np.random.default_rng(0).integers(18, 80, size=N)
JOB = ["'self employed'", "clerk", "none"] * (N // 3)
OWN = [0, 1] * (N // 2)
CREDIT = ["good", "bad", "good"] * (N // 3)
COLUMNS = [("number", "numeric"), ("age", "numeric"), ("job", "nominal"), ("own", "nominal"), ("class", "nominal")]
ROWS = [list(row) for row in zip(range(N), AGE, JOB, OWN, CREDIT, strict=True)]


def read(name_or_id: str, kind: str = "binary", target: str = "", missing: str = "error") -> Dataset:
    """Asks for a dataset in a process that has not loaded it yet."""
    load.cache_clear()
    return load(DatasetRef("mine", openml=name_or_id, target=target, missing=missing), kind)


def refusal(name_or_id: str, kind: str = "binary", target: str = "", missing: str = "error") -> tuple[str, str]:
    with pytest.raises(DatasetError) as caught:
        read(name_or_id, kind, target, missing)
    return caught.value.message, caught.value.hint


@pytest.fixture
def credit(web: Web) -> Web:
    """A web with the dataset 31, `credit-g`, whose first column only counts the rows."""
    publish(web, 31, COLUMNS, ROWS, target="class", ignored=["number"])
    name(web, "credit-g", 31)
    return web


def test_columns_are_encoded_as_those_of_a_csv_are_and_ignored_ones_left_out(credit: Web) -> None:
    dataset = read("31")
    assert dataset.features == ("age", "job=clerk", "job=none", "job=self employed", "own=0", "own=1")
    np.testing.assert_array_equal(dataset.X[:, 0], AGE)
    np.testing.assert_array_equal(dataset.X[:3, 1:4], [[0, 0, 1], [1, 0, 0], [0, 1, 0]])
    np.testing.assert_array_equal(dataset.X[:, 5], OWN)
    assert (dataset.name, dataset.kind, dataset.classes) == ("mine", "binary", ("bad", "good"))
    assert [dataset.classes[index] for index in dataset.y] == CREDIT
    assert len(dataset.test) == 15


def test_a_name_means_the_only_active_version_in_any_case(credit: Web) -> None:
    expected = read("31").fingerprint
    assert read("credit-g").fingerprint == expected
    n_asked = len(credit.asked)
    assert read("Credit-G").fingerprint == expected
    assert len(credit.asked) == n_asked


def test_another_column_may_be_the_target_and_the_kind_says_how_it_is_read(credit: Web) -> None:
    dataset = read("31", "regression", target="age")
    np.testing.assert_array_equal(dataset.y, AGE)
    assert dataset.features[-2:] == ("class=bad", "class=good")
    assert read("31", "multiclass", target="job").classes == ("clerk", "none", "self employed")


def test_the_table_is_fetched_once_for_all_targets_and_processes(credit: Web, cache_folder: Path) -> None:
    first = read("credit-g")
    n_asked = len(credit.asked)
    assert credit.asked.count(f"{HOST}/data/v1/download/31/x.arff") == 1
    assert read("credit-g").fingerprint == first.fingerprint
    read("credit-g", "regression", target="age")
    assert len(credit.asked) == n_asked
    assert sorted(path.name for path in cache_folder.iterdir()) == [
        "openml-credit-g.npz",
        "openml-credit-g.npz.sha256",
    ]


def test_missing_cells_are_an_error_filled_in_or_left_out(web: Web) -> None:
    rows = [row.copy() for row in ROWS]
    rows[0][1] = rows[1][2] = None
    publish(web, 40, COLUMNS, rows, target="class")
    assert refusal("40") == (
        "OpenML dataset '40' has missing values in 'age' (1 row), 'job' (1 row)",
        "fill them in, or write {openml: 40, missing: mean}, or 'missing: drop' to leave those rows out "
        "(cells that OpenML leaves open count as missing)",
    )
    filled = read("40", missing="mean")
    assert filled.features[2:6] == ("job=clerk", "job=none", "job=self employed", "job=(missing)")
    np.testing.assert_array_equal(filled.X[:2, [1, 5]], [[np.nan, 0], [AGE[1], 1]])
    np.testing.assert_array_equal(read("40", missing="drop").X[:, 1], AGE[2:])


def test_a_missing_target_can_be_left_out(web: Web) -> None:
    publish(web, 41, COLUMNS, [[*ROWS[0][:-1], None], *ROWS[1:]], target="class")
    assert refusal("41", missing="mean") == (
        "OpenML dataset '41' has missing values in 'class' (1 row)",
        "a target can't be filled in: write 'missing: drop' to leave those rows out",
    )
    assert len(read("41", missing="drop").y) == N - 1


def test_a_target_of_the_wrong_kind_is_told_with_the_dataset(credit: Web) -> None:
    assert refusal("credit-g", "regression") == (
        "OpenML dataset 'credit-g': target 'class' is text (such as 'good'), not numbers",
        "write kind: binary, or take a column of numbers as the target",
    )
    assert refusal("credit-g", target="clas") == (
        "OpenML dataset 'credit-g' has no column 'clas'",
        "did you mean 'class'? its columns: 'age', 'job', 'own', 'class'",
    )


def test_free_text_is_no_category(web: Web) -> None:
    rows = [[*row[:2], f"'remark {i}'", *row[3:]] for i, row in enumerate(ROWS)]
    publish(web, 42, COLUMNS, rows, target="class")
    assert refusal("42") == (
        "OpenML dataset '42': 'job' has 60 distinct texts (such as 'remark 0') in 60 rows: "
        "it looks like an identifier or free text",
        "take a table without that column, or merge its values to at most 50",
    )


def test_a_category_that_is_missing_throughout_is_one_idle_column(web: Web) -> None:
    publish(web, 46, COLUMNS, [[*row[:2], None, *row[3:]] for row in ROWS], target="class")
    dataset = read("46", missing="mean")
    assert dataset.features == ("number", "age", "job=(missing)", "own=0", "own=1")
    assert (dataset.X[:, 2] == 1).all()


@pytest.mark.parametrize(
    ("target", "told"), [(None, "no target"), ("", "no target"), ("own,class", "2 targets: 'own', 'class'")]
)
def test_a_dataset_without_one_target_asks_for_it(web: Web, target: str | None, told: str) -> None:
    publish(web, 43, COLUMNS, ROWS, target=target)
    assert refusal("43") == (f"OpenML dataset '43' names {told}", "name one: {openml: 43, target: COLUMN}")
    assert read("43", target="class").classes == ("bad", "good")


def test_several_active_versions_are_told_with_their_ids(credit: Web) -> None:
    name(credit, "iris", 61, 969)
    assert refusal("iris") == (
        "OpenML has several active datasets 'iris'",
        "take one by its id, such as openml:61 (version 1) or openml:969 (version 2)",
    )


def test_a_dataset_that_openml_does_not_have_is_told(web: Web) -> None:
    refuse(web, "list/data_name/credit-gg/limit/2/status/active/")
    refuse(web, "999999")
    for asked in ("credit-gg", "999999"):
        assert refusal(asked) == (f"OpenML has no active dataset '{asked}'", "look it up at openml.org")


def test_a_sparse_dataset_is_told(web: Web) -> None:
    publish(web, 44, COLUMNS, ROWS, target="class", format="Sparse_ARFF")
    assert refusal("44") == ("OpenML dataset '44' is sparse, not a table", "take a dense one")


def test_an_inactive_version_and_its_warnings_are_used_in_silence(web: Web, capfd: pytest.CaptureFixture[str]) -> None:
    publish(web, 45, COLUMNS, ROWS, target="class", status="deactivated", warning="odd", error="odder")
    assert read("45").classes == ("bad", "good")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("asked", ["a b", "../x", "a/b", "0", "031", "1234567890", "é", "x" * 129, "a\n", "a?b"])
def test_what_can_be_neither_name_nor_id_is_told_before_anything_is_asked(web: Web, asked: str) -> None:
    message, hint = refusal(asked)
    assert message.endswith(" is neither a name nor an id of OpenML")
    assert hint == "write openml:31, or openml:NAME"
    assert web.asked == []


def connect_or_copy(path: Path) -> str:
    return f"connect to the internet once, or copy '{path}' and its .sha256 from a machine that has them"


def test_a_damaged_download_is_refused_and_not_kept(credit: Web, cache_folder: Path) -> None:
    credit.pages[f"{HOST}/data/v1/download/31/x.arff"] += b"1,2,clerk,0,good\n"
    message, hint = refusal("31")
    assert message.startswith("can't fetch OpenML dataset '31': The md5 checksum of the file downloaded from ")
    assert hint == connect_or_copy(cache_folder / "openml-31.npz")
    assert not cache_folder.exists()


def test_an_answer_that_is_no_json_is_told(credit: Web, cache_folder: Path) -> None:
    credit.pages[f"{API}/31"] = b"<html>Log in to this network</html>"
    assert refusal("31") == (
        "can't fetch OpenML dataset '31': Expecting value: line 1 column 1 (char 0)",
        connect_or_copy(cache_folder / "openml-31.npz"),
    )


def test_an_answer_of_another_form_is_told(credit: Web, cache_folder: Path) -> None:
    credit.pages[f"{API}/31"] = b"{}"
    assert refusal("31") == (
        "can't fetch OpenML dataset '31': KeyError: 'data_set_description'",
        connect_or_copy(cache_folder / "openml-31.npz"),
    )


@pytest.mark.parametrize("asked", ["31", "credit-g"])
def test_without_a_connection_there_is_one_clear_error_and_nothing_else(
    offline: None, cache_folder: Path, capfd: pytest.CaptureFixture[str], asked: str
) -> None:
    assert refusal(asked) == (
        f"can't fetch OpenML dataset '{asked}': Connection refused",
        connect_or_copy(cache_folder / f"openml-{asked}.npz"),
    )
    assert capfd.readouterr() == ("", "")
