"""What every front-end must do with an output: keep its facts, pass axe, let nothing stick out; and a picture of it for a person."""

import importlib.resources
import os
import re
from pathlib import Path

from tests.display.structure import squeezed, tree, without_style

PICTURES = os.environ.get("PAI_SCREENSHOTS")
OURS = ".tex2jax_ignore"
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
_AXE = """async ([where, values]) => {
  const result = await axe.run(where, {runOnly: {type: 'tag', values}});
  return result.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 160)).join(' | '));
}"""
_PLANT = """ours => {
  const planted = document.createElement('p');
  planted.className = 'planted';
  planted.style = 'color:#888;background:#777';
  planted.textContent = 'planted words';
  document.querySelector(ours).prepend(planted);
}"""
_READ = """nodes => nodes.map(node => {
  const copy = node.cloneNode(true);
  copy.querySelectorAll('style').forEach(each => each.remove());
  return copy.textContent;
})"""
_STICKING_OUT = """ours => [...document.querySelectorAll(ours)].flatMap(output => {
  const edge = output.getBoundingClientRect().right + 1;
  return [...output.querySelectorAll('*')].filter(each => !each.closest('table') && each.getBoundingClientRect().right > edge)
    .map(each => each.outerHTML.slice(0, 120));
})"""


def words(html):
    """What there is to read in an output, without white space and without its style sheet."""
    return squeezed("".join(without_style(tree(html)).itertext()))


def shown(page, count):
    """Wait until a page shows this many outputs of ours, unfold them, and read each."""
    page.wait_for_function("([ours, count]) => document.querySelectorAll(ours).length === count", arg=[OURS, count])
    page.evaluate("ours => document.querySelectorAll(ours + ' details').forEach(each => each.open = true)", OURS)
    return [squeezed(text) for text in page.locator(OURS).evaluate_all(_READ)]


def violations(page, where, *more):
    """What axe finds in a part of a page by the rules of WCAG, and by those that are named beside them."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8") + ";0")
    return page.evaluate(_AXE, [where, [*WCAG, *more]])


def audit(page, ours=OURS):
    """What axe finds in our outputs; it must find what is planted, or its silence says nothing."""
    page.add_style_tag(content="html,body{min-height:100vh!important}")  # axe takes a body of no height for clipped
    found = violations(page, ours)
    page.evaluate(_PLANT, ours)
    assert [each.split(":")[0] for each in violations(page, ".planted")] == ["color-contrast"]
    page.evaluate("document.querySelector('.planted').remove()")
    return found


def sticking_out(page):
    """What is wider than the output it belongs to; a table is not, as it scrolls in a frame of its own."""
    return page.evaluate(_STICKING_OUT, OURS)


def picture(page, name):
    """Store what the page shows where a person asked for it."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{re.sub('[^a-z0-9]+', '-', name.lower())}.png", full_page=True)


# Ids of models and datasets that are in sight below an element, what is folded aside: the size of their letters in that of the text around
# the output, whether they are faint, and the text.
_IDS = """selector => {
  const found = [];
  const opacity = each => parseFloat(getComputedStyle(each).opacity);
  const faint = each => each !== null && each !== document.body && (opacity(each) < 1 || faint(each.parentElement));
  for (const output of document.querySelectorAll(selector)) {
    const usual = parseFloat(getComputedStyle(output).fontSize), texts = document.createTreeWalker(output, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode.textContent, shown = texts.currentNode.parentElement;
      if (shown.closest('style') || !/(\\bmodel-rb|\\bd-[a-z])[a-z0-9]{6,}/.test(text) || !shown.checkVisibility()) continue;
      found.push([parseFloat(getComputedStyle(shown).fontSize) / usual, faint(shown), text.trim().slice(0, 80)]);
    }
  }
  return found;
}"""


def ids_in_sight(page, selector):
    """Texts in sight with the id of a model or dataset: all of them, and those that are not small (at most 0.9 of the text) and faint."""
    found = page.evaluate(_IDS, selector)
    return [text for *_, text in found], [[size, faint, text] for size, faint, text in found if size > 0.9 or not faint]
