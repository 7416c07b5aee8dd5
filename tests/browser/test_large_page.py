"""A page of 2,500 pairings: its size, how soon it can be used, how quick its list stays."""

import pytest

from actloss_cli.analysis.pairings import analyse
from actloss_cli.analysis.variance_shares import variance_shares
from actloss_cli.report.page.page import page_html
from tests.report.synthetic import SyntheticTask, make_run

pytestmark = [pytest.mark.requires("playwright"), pytest.mark.long]

N_TASKS, N_ACTIVATIONS = 2, 27
MOST_BYTES = 6_000_000
MOST_S = 2.0


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    activations = tuple(f"activation-{place}" for place in range(N_ACTIVATIONS))
    run = make_run([SyntheticTask(f"task-{place}", activations=activations, n_final=3) for place in range(N_TASKS)])
    assert len(run.pairings) > 2_500
    path = tmp_path_factory.mktemp("page") / "index.html"
    analysis = analyse(run)
    path.write_text(page_html(run, analysis, variance_shares(run, analysis)), encoding="utf-8")
    return path


def test_2500_pairings_fit_and_are_soon_there(large, open_page):
    assert large.stat().st_size < MOST_BYTES
    page = open_page(path=large)
    ready_ms = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    assert ready_ms < 1000 * MOST_S
    assert page.locator("#list tbody tr").count() == 100
    sorting_ms = page.evaluate(
        "() => { const start = performance.now(); document.querySelector('#list th button').click();"
        " document.body.offsetHeight; return performance.now() - start; }"
    )
    assert sorting_ms < 500
    page.get_by_role("button", name="Show all").click()
    assert page.locator("#list tbody tr").count() > 2_500
