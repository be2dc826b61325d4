"""Opens reports the way people do, and says what is wrong with them.

    read_reports.py DIR [--pictures]

Every DIR/*.html is opened in headless Chromium, wide and narrow, light and dark: nothing may stand on the console, nothing
may be asked of anywhere, no script of a name may run, and all text has to fit. Every DIR/*.xlsx is read by openpyxl, which
is not what wrote it: a cell is a text or a number, and there is no formula and no link. One line for each thing that is
wrong; none, and exit code 0, when all is well. With --pictures, DIR/NAME-WIDTH-SCHEME.png shows each page.
"""

import pathlib
import sys
import tempfile

import openpyxl
from playwright.sync_api import sync_playwright

WIDTHS = {1280: 800, 390: 844}
SCHEMES = ["light", "dark"]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# What does not fit: text beyond the window, or cut off by the element that it stands in.
MISFITS = """() => {
    const wrong = [];
    const root = document.documentElement;
    if (root.scrollWidth > window.innerWidth) wrong.push(`the page is ${root.scrollWidth} wide`);
    for (const element of document.body.querySelectorAll("*")) {
        const said = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
        if (!said || !element.checkVisibility()) continue;
        const range = document.createRange();
        range.selectNodeContents(element);
        const box = range.getBoundingClientRect();
        const text = element.textContent.trim().slice(0, 40);
        if (box.right > window.innerWidth + 0.5 || box.left < -0.5) wrong.push(`beyond the window: ${text}`);
        const cut = getComputedStyle(element).overflow !== "visible";
        if (cut && element.scrollWidth > element.clientWidth + 1) wrong.push(`cut off: ${text}`);
    }
    if (window.evil) wrong.push("a script of a name was run");
    if (!getComputedStyle(document.body).maxWidth.endsWith("px")) wrong.push("the style sheet is not in force");
    return wrong;
}"""


def look_at(browser, page_file, width, scheme, pictures):
    context = browser.new_context(viewport={"width": width, "height": WIDTHS[width]}, color_scheme=scheme)
    page = context.new_page()
    wrong = []
    page.on("console", lambda message: wrong.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    here = page_file.as_uri()
    page.on("request", lambda request: request.url == here or wrong.append(f"request: {request.url}"))
    page.goto(here)
    page.evaluate("() => document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    wrong.extend(page.evaluate(MISFITS))
    if pictures:
        page.screenshot(path=page_file.with_name(f"{page_file.stem}-{width}-{scheme}.png"), full_page=True)
    context.close()
    return wrong


def pages(files, pictures):
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as profile:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=ARGUMENTS, env={"HOME": profile, "XDG_CONFIG_HOME": profile}
        )
        for page_file in files:
            for width in WIDTHS:
                for scheme in SCHEMES:
                    for wrong in look_at(browser, page_file, width, scheme, pictures):
                        yield f"{page_file.name} at {width} {scheme}: {wrong}"
        browser.close()


def workbook(file):
    for sheet in openpyxl.load_workbook(file):
        if sheet.title != sheet.parent.worksheets[0].title and sheet.freeze_panes != "A2":
            yield f"{file.name}, {sheet.title}: the heading does not stay"
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type not in ("s", "n"):
                    yield f"{file.name}, {sheet.title}, {cell.coordinate}: {cell.data_type}: {cell.value!r}"
                if cell.hyperlink:
                    yield f"{file.name}, {sheet.title}, {cell.coordinate}: a link to {cell.hyperlink.target!r}"


def main():
    folder, pictures = pathlib.Path(sys.argv[1]).resolve(), "--pictures" in sys.argv[2:]
    html, books = sorted(folder.glob("*.html")), sorted(folder.glob("*.xlsx"))
    if not html or not books:
        sys.exit(f"{folder} holds no reports")
    wrong = [*pages(html, pictures), *(line for book in books for line in workbook(book))]
    for line in wrong:
        print(line)
    print(f"{len(html)} pages and {len(books)} workbooks looked at", file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
