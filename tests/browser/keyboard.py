"""Somebody without a mouse: keys only, and after each of them an eye on where the focus is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from tests.browser.people import PATIENCE, Box, Person

TAB: Final = {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
BACK: Final = {**TAB, "modifiers": 8}
"""Tab with Shift."""
ENTER: Final = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
SPACE: Final = {"key": " ", "code": "Space", "windowsVirtualKeyCode": 32, "text": " "}
MOST_STOPS: Final = 150

_FOCUS: Final = """
(() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one), box = one.getClientRects()[0];
  const copy = one.cloneNode(true);
  copy.querySelectorAll("[aria-hidden=true], svg").forEach((part) => part.remove());
  const labels = [...(one.labels ?? [])].map((label) => label.textContent);
  const name = one.ariaLabel || labels.join(" ") || copy.textContent;
  const top = box && document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const x = window.scrollX, y = window.scrollY;
  return {
    name: name.replace(/\\s+/g, " ").trim(),
    place: [...document.querySelectorAll("*")].indexOf(one),
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    covered: !top || !(one.contains(top) || top.contains(one) && top.tagName === "LABEL"),
    box: box && [box.x + x, box.y + y, box.right + x, box.bottom + y].map(Math.round),
    what: one.outerHTML.slice(0, 160),
  };
})()"""
_PUT_ON: Final = "!!document.activeElement && document.activeElement !== document.body"
_STOPS: Final = """
(() => {
  // Of a group of radio buttons, the chosen one is the stop, or the first.
  const first = (group) => group.find((one) => one.checked) ?? group[0];
  const all = [...document.querySelectorAll("*")];
  return all.filter((one) => one.matches("a[href], button, input, select, textarea, summary")
    && one.tabIndex >= 0 && !one.disabled && one.type !== "hidden"
    && one.checkVisibility({visibilityProperty: true}) && one.getClientRects().length > 0
    && (one.type !== "radio" || one === first([...one.form.elements[one.name]]))
  ).map((one) => all.indexOf(one));
})()"""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the focus is: the name that is read out, its number among all elements, its place on
    the page."""

    name: str
    place: int
    box: Box


async def press(person: Person, key: dict[str, Any]) -> None:
    """Push one key down and let it go."""
    await person.page.command("Input.dispatchKeyEvent", type="keyDown", **key)
    loose = {name: value for name, value in key.items() if name != "text"}
    await person.page.command("Input.dispatchKeyEvent", type="keyUp", **loose)


async def type_text(person: Person, text: str) -> None:
    """Letter by letter, into what has the focus."""
    for letter in text:
        await press(person, {"key": letter, "text": letter})


async def focus(person: Person) -> Stop | None:
    """What has the focus, which must be seen: outlined, and under nothing."""
    found = await person.page.value(_FOCUS)
    if found is None:
        return None
    where = f"{await person.address()}: {found['what']}"
    assert found["outlined"], f"the focus is not to be seen at {where}"
    assert not found["covered"], f"something lies over {where}"
    return Stop(found["name"], found["place"], Box(*found["box"]))


async def put_on(person: Person, seconds: float = PATIENCE) -> Stop:
    """What a page puts the focus on by itself: when it is painted, which may be after its load.
    Asked from here again and again, since a page whose scripts are off calls nothing back."""
    try:
        await person.page.until(_PUT_ON, seconds)
    except TimeoutError:
        where = await person.address()
        raise AssertionError(f"{where} puts the focus on nothing") from None
    stop = await focus(person)
    assert stop is not None
    return stop


async def tab_to(person: Person, name: str) -> None:
    """Tab until what has this name has the focus."""
    passed = []
    for _ in range(MOST_STOPS):
        await press(person, TAB)
        stop = await focus(person)
        passed.append("" if stop is None else stop.name)
        if stop is not None and stop.name == name:
            return
    raise AssertionError(f"“{name}” cannot be reached by Tab, only: {passed}")


async def enter(person: Person, key: dict[str, Any] = ENTER) -> None:
    """Do what has the focus, and wait for the page that it leads to."""
    async with person.leaving("after a key"):
        await press(person, key)


async def walk(person: Person, path: str) -> list[Stop]:
    """Tab through a whole page, from the link that skips its head: what is not the first stop of a
    page that puts the focus elsewhere at once."""
    await person.go(path)
    first = await focus(person)
    if first is None:
        await press(person, TAB)
        first = await focus(person)
    for _ in range(MOST_STOPS):
        if first is None or first.name == "Skip to the content":
            break
        await press(person, BACK)
        first = await focus(person)
    assert first is not None
    stops = [first]
    for _ in range(MOST_STOPS):
        await press(person, TAB)
        stop = await focus(person)
        if stop is None or stop == first:
            break
        stops.append(stop)
    return stops


async def every_stop(person: Person) -> list[int]:
    """The numbers of all elements at which Tab should stop, in the order of the document."""
    return [int(place) for place in await person.page.value(_STOPS)]


def against_reading(stops: list[Stop]) -> list[str]:
    """Steps that lead back: neither further down, nor on the same line or in the next column."""
    # The link that skips the head lies over it while it has the focus.
    pairs = pairwise(stops[1:])
    return [
        f"“{one.name}” {one.box}, then “{other.name}” {other.box}"
        for one, other in pairs
        if not _comes_after(one.box, other.box)
    ]


def _comes_after(one: Box, other: Box) -> bool:
    below = other.y >= one.bottom - 4
    beside = other.y < one.bottom and other.bottom > one.y and other.x >= one.x
    next_column = other.x >= one.right
    return below or beside or next_column
