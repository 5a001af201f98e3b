// Single keys, only where nobody types, and only while no other key is held. They are switched off on the page of keys.
"use strict";
(() => {
  const box = document.getElementById("keys");
  const goes = { q: box.dataset.queue, p: box.dataset.proposals, k: box.dataset.keys };
  let last = "", when = 0;

  const places = () => {
    const rows = Array.from(document.querySelectorAll("#main tbody th[scope=row] a"));
    return document.querySelector("#main .on-this-page") || !rows.length
      ? Array.from(document.querySelectorAll("#main h2"))
      : rows;
  };
  const focus = (place) => {
    if (!place) return;
    if (!place.matches("a, button, input")) place.tabIndex = -1;
    place.focus();
  };
  const step = (by) => {
    const all = places().filter((one) => one.offsetParent);
    const now = all.indexOf(document.activeElement);
    focus(all[now < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(now + by, 0), all.length - 1)]);
  };
  const does = {
    j: () => step(1),
    k: () => step(-1),
    a: () => focus(document.querySelector("#to-do") || document.querySelector("#main form button")),
    v: () => focus(document.getElementById("verdict")),
    "?": () => box.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog") || document.querySelector("dialog[open]")) return;
    const after = last === "g" && event.timeStamp - when < 2_000;
    last = event.key;
    when = event.timeStamp;
    if (after && event.key in goes) location.assign(goes[event.key]);
    else if (!after && event.key in does) {
      event.preventDefault();
      does[event.key]();
    }
  });
})();
