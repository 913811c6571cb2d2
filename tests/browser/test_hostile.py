"""Whatever anybody wrote, in any field: nothing of it runs, nothing is fetched, and it is shown as it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import Open, sealed
from tests.browser.lab import L1B, PLANS, Lab, spec_of

pytestmark = pytest.mark.browser

SCRIPT = "</script></style></title><script>window.__pwned=1;alert(1)</script>"
IMAGE = "<img src=x onerror=window.__pwned=2><svg/onload=window.__pwned=3>"
QUOTES = "\"' autofocus onfocus=window.__pwned=4 onmouseover=window.__pwned=5 x='"
ALL = f"{SCRIPT} {IMAGE} {QUOTES} {{{{7*7}}}} {{% raw %}} javascript:window.__pwned=6"
MARKDOWN = f"""

## Mine {SCRIPT}

{ALL}

<script>window.__pwned=7</script>
<iframe src="https://example.org/"></iframe><form action="https://example.org/"><input name=q></form>
<base href="https://example.org/"><meta http-equiv="refresh" content="0;url=https://example.org/">
<style>body {{ display: none }}</style><link rel=stylesheet href="https://example.org/x.css">

[press](javascript:window.__pwned=8) [also](JaVaScRiPt:window.__pwned=9)
[data](data:text/html,<script>1</script>) [there](../../../../etc/passwd)
[host](//example.org/x) ![seen](https://example.org/spy.png) ![](javascript:1)
<javascript:window.__pwned=10> [ref]: javascript:window.__pwned=11

```"><script>window.__pwned=12</script>
{ALL}
```

| <b>a</b> | `{IMAGE}` |
|:---|---:|
| {SCRIPT} | [x](vbscript:1 "{QUOTES}") |
"""
NOTHING_STRANGE = """() => Array.from(document.querySelectorAll("*")).flatMap((one) => {
  const strange = ["IFRAME", "OBJECT", "EMBED", "FORM", "BASE", "LINK", "IMG", "VIDEO", "FOREIGNOBJECT"];
  const said = strange.includes(one.tagName.toUpperCase()) ? [one.outerHTML] : [];
  for (const { name, value } of one.attributes) {
    const inside = /^(#|[\\w.%-]+[/.]|\\.\\.?\\/)/.test(value);
    // A link to the web may stand in a document: nobody follows it but by a press.
    const web = one.matches("a[rel~=noopener]") && name === "href" && /^https?:/.test(value);
    const url = ["href", "src", "xlink:href", "action"].includes(name) && !inside && !web;
    if (name.startsWith("on") || name === "style" || url || (name === "http-equiv" && value === "refresh"))
      said.push(`${one.tagName} ${name}=${value}`);
  }
  return said;
})"""


def write_hostile(lab: Lab) -> None:
    """An experiment with all of that in each field that takes text: what the command line lets in."""
    spec = spec_of(PLANS[0])
    spec |= {"question": ALL, "notes": ALL, "models": [L1B], "variables": {"lora_rank": [4, 16]}}
    spec["dataset"] = {"path": f"/data/{ALL}"}
    spec["training"] |= {"system_prompt": ALL}
    task = {"name": "capitalization", "script": f"/evals/{QUOTES}.py", "description": ALL}
    spec["evaluation"] = {"tasks": [task]}
    experiment, run = lab.design(spec), f"{L1B}_rank4"
    row = {"experiment": experiment, "run": run, "by": "log", "evidence": ALL, "note": ALL}
    times = {"running": "2025-10-22T11:00:00+00:00", "failed": "2025-10-22T11:30:00+00:00"}
    lab.statuses([row | {"status": status, "at": at, "job_id": "77"} for status, at in times.items()])
    setup = {"model": L1B, "rank": 4, "batch": 4, "steps": 90, "total": 400, "seconds": 1.0}
    lab.log(experiment, run, 77, setup | {"end": f"\n{ALL}\nRuntimeError: {ALL}\n"})
    log = lab.scratch / experiment / f"ck-out-{run}" / "slurm-77.out"
    log.write_text(log.read_text().replace(f"/models/{L1B}", f"/models/{SCRIPT.replace('/', '')}"))
    lab.results(experiment, [(run, "capitalization", 0, ALL, 0.5, 0.1)])
    by_hand(lab, lab.root / "experiments" / experiment)


def by_hand(lab: Lab, folder: Path) -> None:
    """What a colleague's editor and git let in besides: documents, names, authors, subjects."""
    document = folder / "experiment_summary.md"
    text = (
        document.read_text()
        .replace(f"{L1B}_rank16", f"{L1B}_rank16{IMAGE}")
        .replace("capitalization", QUOTES)
    )
    document.write_text(text + MARKDOWN)
    other = folder.parent / f"{IMAGE}{QUOTES}".replace("/", " ")
    other.mkdir()
    (other / "experiment_summary.md").write_text(text)
    (folder.parent / "broken\"'<b>").mkdir()
    (folder.parent / "broken\"'<b>" / "experiment_summary.md").write_bytes(
        b"\xff\xfe<script>window.__pwned=13</script>"
    )
    lab.git("checkout", "-q", "-b", "x-<script>alert(1)</script>")
    lab.git("add", ".")
    lab.git("commit", "-q", "-m", ALL, "--author", f"{SCRIPT.replace('<', '(').replace('>', ')')} <a@b>")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with sealed(tmp_path_factory.mktemp("hostile")) as lab:
        write_hostile(lab)
        yield lab.site()


def test_nothing_of_it_runs(opened: Open, hostile: Path) -> None:
    pages = sorted(hostile.rglob("*.html"))
    assert len(pages) >= 5
    page = opened(pages[0])
    for path in pages:
        page.goto(path.as_uri())
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        # What waits for a pointer or the focus gets both.
        page.evaluate(
            "for (const one of document.querySelectorAll('*')) "
            "{ one.focus?.(); one.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})) }"
        )
        assert page.evaluate("window.__pwned") is None, path
        assert page.evaluate(NOTHING_STRANGE) == [], path
        assert page.locator("script").count() == 1, path
        assert page.locator("style").count() == 1, path
        assert page.locator("body").is_visible()


def test_it_is_shown_as_it_is(opened: Open, hostile: Path) -> None:
    (path,) = (one for one in hostile.glob("experiments/*.html") if one.stem.startswith("cap_8L"))
    page = opened(path)
    assert page.locator(".lead").inner_text() == " ".join(ALL.split())
    assert "<script>window.__pwned=7</script>" in page.locator(".document").inner_text()
    assert page.locator("#trainings").inner_text().count("onerror") >= 1
    assert page.locator("#scores td").nth(2).inner_text() == " ".join(ALL.split())
    assert page.title().startswith("cap_8L_lora_comparison_2025-10-22 ")


def test_a_table_of_it_is_sorted_and_filtered(opened: Open, hostile: Path) -> None:
    page = opened(hostile / "index.html")
    page.get_by_label("Filter").fill("<img")
    assert page.locator("#experiments tbody tr:visible").count() >= 1
    page.locator("#experiments thead button").first.click()
    assert page.evaluate("window.__pwned") is None


def test_the_policy_would_stop_what_got_in(opened: Open, hostile: Path) -> None:
    page = opened(hostile / "index.html")
    said: list[str] = []
    inside = page.context.new_page()  # not watched: the browser complains on its console, as it should
    inside.on("console", lambda message: said.append(message.text))
    inside.on("requestfailed", lambda request: said.append(f"{request.url} {request.failure}"))
    inside.goto((hostile / "index.html").as_uri())
    inside.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.__pwned = 1";
          document.body.append(script);
          document.body.insertAdjacentHTML("beforeend",
            "<img src='https://example.org/spy.png' onerror='window.__pwned = 2'>" +
            "<b id=b style='color: red'>b</b>");
          document.getElementById("b").setAttribute("onclick", "window.__pwned = 3");
          document.getElementById("b").click();
          return new Promise((done) => document.querySelector("img").addEventListener("error", done));
        }"""
    )
    assert inside.evaluate("window.__pwned") is None
    assert inside.evaluate("getComputedStyle(document.getElementById('b')).color") != "rgb(255, 0, 0)"
    assert [words for words in said if words.startswith("http")] == ["https://example.org/spy.png csp"]
    assert sum("Content Security Policy" in words for words in said) >= 3
