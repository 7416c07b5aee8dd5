"""What becomes of a test whose optional part is missing; each case is a pytest run of its own."""

from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py").read_text(encoding="utf-8")


@pytest.fixture
def suite(pytester, monkeypatch):
    monkeypatch.delenv("REQUIRE_ALL", raising=False)
    pytester.makeconftest(CONFTEST)
    pytester.makeini("[pytest]\nmarkers = requires(module): as in pyproject.toml")
    pytester.makepyfile("""
        import pytest

        @pytest.mark.requires("json")
        def test_needs_what_is_there():
            pass

        @pytest.mark.requires("json", "no_such_module")
        def test_needs_what_is_missing():
            pass
    """)
    return pytester


def test_a_missing_optional_part_skips_the_test_and_says_which(suite):
    result = suite.runpytest("-rs")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED * not installed: no_such_module"])


def test_under_require_all_a_missing_optional_part_fails_the_test(suite, monkeypatch):
    monkeypatch.setenv("REQUIRE_ALL", "1")
    result = suite.runpytest()
    result.assert_outcomes(passed=1, errors=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["not installed: no_such_module (REQUIRE_ALL=1)"])
