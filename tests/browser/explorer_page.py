"""The explorer as somebody sees it who sits in front of a browser: everything by name and role, nothing by widget id."""

import re

from playwright.sync_api import expect

from pai_notebook.i18n.phrases import say
from tests.patience import MILLISECONDS

expect.set_options(timeout=MILLISECONDS)


class ExplorerPage:
    """The first explorer on a page, whose controls are named in English here whatever language it speaks."""

    def __init__(self, page, lang="en"):
        self.page = page
        self.lang = lang
        self.root = page.locator(".pai-explorer").first
        self.root.wait_for(timeout=MILLISECONDS)

    def words(self, name):
        """A name as this page has it."""
        return say({"change": "change what is picked"}.get(name, name)).in_language(self.lang) if self.lang != "en" else name

    def field(self, name):
        return self.root.get_by_label(self.words(name), exact=True).locator("visible=true")

    def button(self, name):
        return self.root.get_by_role("button", name=self.words(name), exact=True)

    def unfold(self):
        """Show the list again after a fetch has folded it."""
        if self.button("change").is_visible():
            self.button("change").click()
            expect(self.field("Versions")).to_be_visible()

    def tab(self, name):
        return self.root.get_by_role("tab", name=self.words(name), exact=True)

    def open_tab(self, name):
        """Bring a tab to the front and wait for what it shows, text or pictures."""
        self.tab(name).click()
        expect(self.tab(name)).to_have_attribute("aria-selected", "true")
        expect(self.panel.locator(".widget-html-content > *, textarea").locator("visible=true").first).to_be_attached()

    @property
    def picks(self):
        """Versions that are picked in the list."""
        return self.field("Versions").evaluate("list => [...list.selectedOptions].map(each => each.text.trim().split(/\\s/)[0])")

    @property
    def status(self):
        return self.root.locator("[role=status]").first

    @property
    def panel(self):
        """What the tab on show shows; ipywidgets gives it no role."""
        return self.root.locator(".widget-tab-contents > *").locator("visible=true").first

    def search(self, text):
        self.field("Find models").fill(text)
        self.field("Find models").press("Enter")

    def choose(self, name):
        option = self.field("Models").locator("option", has_text=name)
        expect(option).to_have_count(1)
        self.field("Models").select_option(label=option.inner_text())
        expect(self.status).to_contain_text(name)
        expect(self.status).to_have_class(re.compile("pai-(ready|stale)"))

    def best_of_the_latest_five(self, model, metric):
        """Go the shortest way from the open widget to the best by a metric; gives the number of clicks."""
        clicks = 1
        self.choose(model)
        self.button("latest 5").click()
        clicks += 1
        expect(self.button("Report")).to_be_visible()
        self.field("Best by").select_option(label=metric)
        clicks += 2  # its list is opened first
        self.says_the_best_by(metric)
        return clicks

    def says_the_best_by(self, metric):
        expect(self.panel).to_contain_text(say("Best by {metric} as measured", metric=metric).in_language(self.lang))

    def pick(self, *names):
        self.unfold()
        options = self.field("Versions").locator("option")
        expect(options.filter(has_text=names[0]).first).to_be_attached()
        labels = [text for text in options.all_inner_texts() if text.split()[0] in names]
        assert len(labels) == len(names), labels
        self.field("Versions").select_option(label=labels)
        versions = say(f"{{count}} version{'s' if len(names) > 1 else ''}", count=len(names))
        expect(self.status).to_have_text(say("{versions} picked.", versions=versions).in_language(self.lang))

    def fetch(self, status):
        self.button("Fetch").click()
        expect(self.status).to_have_text(status)

    def shows(self, *names):
        """Wait until the table on show compares these versions, the baseline first."""
        heads = (
            self.panel.locator("table:has(thead)").first.locator("thead tr:last-child th").filter(has_not_text=re.compile("^(best|trend)"))
        )
        for place, name in enumerate(reversed(names), start=1):
            expect(heads.nth(-place)).to_contain_text(name)
