// The form for a post works without this. With it, the length is counted while somebody types, and
// whoever is named as a co-author is looked up before the form is sent.
"use strict";
(() => {
  const text = document.querySelector("#text");
  const length = document.querySelector("#text-length");
  if (text && length) {
    const most = Number(text.maxLength);
    const count = document.createElement("output");
    count.className = "count";
    length.append(" ", count);
    const show = () => { count.textContent = `${text.value.length} / ${most}`; };
    text.addEventListener("input", show);
    show();
  }
  const field = document.querySelector("#co_authors");
  const named = document.querySelector("#named");
  if (!field || !named) return;
  let timer = 0, last = "", asked = null;
  const look = async () => {
    const value = field.value.trim();
    if (value === last) return;
    last = value;
    asked?.abort();
    asked = new AbortController();
    if (!value) { named.replaceChildren(); return; }
    try {
      const answer = await fetch(`${named.dataset.from}?with=${encodeURIComponent(value)}`, { signal: asked.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      named.replaceChildren(...page.body.childNodes);
    } catch { /* The preview says the same. */ }
  };
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 600); });
  field.addEventListener("change", look);
  if (field.value && !document.querySelector(".asked")) look();
})();
