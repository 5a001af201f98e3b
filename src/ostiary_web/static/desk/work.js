// Follows long work: asks how far it is, moves the bar, and loads the page again when it is over.
// Without this script the link below the bar does the same. It stops after five minutes: a session is not kept for ever.
"use strict";
(() => {
  const parts = [...document.querySelectorAll("[data-progress]")];
  if (!parts.length) return;
  const end = Date.now() + 5 * 60 * 1000;
  const look = async () => {
    try {
      const answer = await fetch(parts[0].dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const found = await answer.json();
      for (const part of parts) {
        const steps = found[part.dataset.kind];
        if (!steps) { location.reload(); return; }
        part.querySelector("progress").value = steps[0];
      }
    } catch { return; }
    if (Date.now() < end) setTimeout(look, 2000);
  };
  setTimeout(look, 1500);
})();
