"""What is shipped: the wheel's contents, the pins, the Makefile's targets; and that --help loads no heavy library."""

import hashlib
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
VENDORED = (ROOT / "actloss_cli/report/page/assets/vendor/README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(("folder", "known"), [("configs", "grid.yaml"), ("configs", "smoke.yaml"), ("datasets", None)])
def test_the_wheel_ships_every_config_and_dataset_byte_for_byte(wheel, folder, known):
    here = {
        path.relative_to(ROOT).as_posix(): path.read_bytes() for path in (ROOT / folder).rglob("*") if path.is_file()
    }
    prefix = "actloss_cli/_shipped/"
    shipped = {name.removeprefix(prefix): data for name, data in wheel.items() if name.startswith(f"{prefix}{folder}/")}
    assert here
    assert known is None or f"{folder}/{known}" in here
    assert shipped == here


def test_the_wheel_carries_every_module_and_the_marker_that_it_is_typed(wheel):
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "actloss_cli").rglob("*.py")}
    assert modules | {"actloss_cli/py.typed"} <= set(wheel)


def test_the_wheel_carries_all_that_a_page_is_made_from_with_the_licences_of_what_is_not_ours(wheel):
    folder = ROOT / "actloss_cli" / "report" / "page"
    parts = [path for name in ("assets", "templates") for path in (folder / name).rglob("*") if path.is_file()]
    assert {path.suffix for path in parts} >= {".css", ".js", ".j2", ".LICENSE"}
    for path in parts:
        assert wheel[path.relative_to(ROOT).as_posix()] == path.read_bytes()


def test_the_wheel_carries_the_reference_grid_with_its_provenance(wheel):
    for name in ("pairings.csv", "provenance.json"):
        path = ROOT / "actloss_cli" / "reference" / name
        assert wheel[path.relative_to(ROOT).as_posix()] == path.read_bytes()


@pytest.mark.parametrize("row", re.findall(r"^\| `([^`]+)` \| .* `([0-9a-f]{64})` \|$", VENDORED, flags=re.MULTILINE))
def test_vendored_files_are_those_that_were_published(row):
    name, digest = row
    path = ROOT / "actloss_cli" / "report" / "page" / "assets" / "vendor" / name
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest


def test_the_wheel_carries_the_licence_and_the_console_script(wheel):
    (licence,) = (data for name, data in wheel.items() if name.endswith(".dist-info/licenses/LICENSE"))
    (scripts,) = (data for name, data in wheel.items() if name.endswith(".dist-info/entry_points.txt"))
    assert licence == (ROOT / "LICENSE").read_bytes()
    assert scripts.decode().split() == ["[console_scripts]", "actloss", "=", "actloss_cli.cli.app:main"]


def test_the_wheel_holds_nothing_beside_the_package_and_its_metadata(wheel):
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"actloss_cli"}
    assert [name for name in wheel if "__pycache__" in name or name.endswith(".pyc")] == []


def test_help_imports_neither_torch_nor_pandas():
    program = """
import sys
from actloss_cli.cli.app import main
sys.argv = ["actloss", "--help"]
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
print("loaded:", *sorted({"torch", "pandas"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Usage:" in done.stdout
    assert done.stdout.splitlines()[-1] == "loaded:"


def test_every_dependency_is_pinned_to_a_version_that_the_project_allows():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = {}
    for line in lines:
        if not line.startswith("#"):
            name, version = line.split("==")
            pins[canonicalize_name(name)] = version
    extras = PROJECT["optional-dependencies"]
    wanted = [*PROJECT["dependencies"], *(requirement for extra in extras.values() for requirement in extra)]
    assert {f"{PROJECT['name']}[{extra}]" for extra in extras if extra not in ("dev", "ray")} <= set(extras["dev"])
    for requirement in map(Requirement, wanted):
        if requirement.name == PROJECT["name"]:
            continue  # its own extra
        assert pins[canonicalize_name(requirement.name)] in requirement.specifier, requirement


def test_make_help_explains_every_target_and_variable():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.+)$", makefile, flags=re.MULTILINE)
    variables = re.findall(r"^([A-Z_]+) \?=", makefile, flags=re.MULTILINE)
    shown = subprocess.run(["make", "-C", ROOT, "help"], capture_output=True, text=True, check=True).stdout
    targets, _, rest = shown.partition("Variables")
    assert sorted(re.findall(r"^  ([a-z-]+)  ", targets, flags=re.MULTILINE)) == sorted(phony.split())
    assert re.findall(r"^  ([A-Z_]+)=", rest, flags=re.MULTILINE) == variables
