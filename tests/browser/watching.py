"""Looks on while Chromium shows a page: whether a script of somebody's ran, what was asked of whom,
and what stands in the page that could still do either."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.browser.chromium import Tab, tab

_TELL = """
for (const name of ['alert', 'confirm', 'prompt', 'open', 'print'])
  window[name] = () => pwned(name + ' at ' + location.href);
"""
_PROVOKE = """
(() => {
  const found = [];
  // What is no HTML stands in a page of the browser's own.
  if (document.contentType !== 'text/html') return found;
  const bad = new Set(['IFRAME', 'FRAME', 'OBJECT', 'EMBED', 'BASE', 'STYLE', 'MATH', 'APPLET']);
  const address = /^(href|src|srcset|action|formaction|data|poster|background|ping|xlink:href)$/i;
  for (const details of document.querySelectorAll('details')) details.open = true;
  for (const picture of document.querySelectorAll('[loading=lazy]')) picture.loading = 'eager';
  for (const one of document.querySelectorAll('*')) {
    if (bad.has(one.tagName.toUpperCase())) found.push(one.tagName);
    if (one.tagName === 'META' && one.httpEquiv) found.push('META http-equiv');
    if (one.tagName.toUpperCase() === 'SCRIPT' && one.type !== 'application/ld+json'
        && !new URL(one.src, location).href.startsWith(location.origin + '/static/'))
      found.push('SCRIPT');
    for (const {name, value} of one.attributes) {
      if (/^on/i.test(name) || name === 'style' || name === 'srcdoc') found.push(name);
      if (address.test(name) && /^[\\s\\x00-\\x20]*(javascript|vbscript|data):/i.test(value))
        found.push(name + '=' + value.slice(0, 40));
    }
    for (const event of ['mouseover', 'focus', 'error', 'load', 'toggle', 'animationstart'])
      one.dispatchEvent(new Event(event));
  }
  return found;
})()
"""


@dataclass
class Watcher:
    """One tab, and what may be asked of ``base`` alone."""

    tab: Tab
    base: str
    asked: int = 0
    """Requests that were seen."""

    async def look(self, url: str) -> list[str]:
        """Everything that is wrong with a page, once it was opened and provoked."""
        self.tab.events.clear()
        self.tab.console.clear()
        await self.tab.open(url)
        left = await self.tab.value(_PROVOKE)
        # What was provoked happens in a task of its own, and is told before the next answer. The
        # page cannot be asked to wait: where scripts are off, it has no clock.
        await asyncio.sleep(0.03)
        await self.tab.value("1")
        wrong = [f"stands in the page: {one}" for one in left]
        for method, told in self.tab.events:
            if method == "Runtime.bindingCalled":
                wrong.append(f"ran: {told['payload']}")
            elif method == "Page.javascriptDialogOpening":
                wrong.append(f"ran: {told['message']}")
            elif method == "Network.requestWillBeSent":
                self.asked += 1
                address = told["request"]["url"]
                # What has no host asks nobody: the browser's own controls are such.
                if not address.startswith((f"{self.base}/", "data:image/svg+xml;base64,")):
                    wrong.append(f"asked: {address[:200]}")
        policy = [line for line in self.tab.console if "Content Security Policy" in line]
        return wrong + [f"stopped by the policy alone: {line[:200]}" for line in policy]


@asynccontextmanager
async def watching(profile: Path, base: str, *, policy: bool = True) -> AsyncIterator[Watcher]:
    """A browser that is watched. ``policy``: whether it heeds the policy of the pages; without,
    nothing but the cleaning stands between a page and what somebody wrote."""
    async with tab(profile) as one:
        await one.command("Network.enable")
        await one.command("Runtime.addBinding", name="pwned")
        await one.command("Page.addScriptToEvaluateOnNewDocument", source=_TELL)
        await one.command("Page.setBypassCSP", enabled=not policy)
        yield Watcher(one, base)
