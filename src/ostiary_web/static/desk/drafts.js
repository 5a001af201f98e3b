// The form works without this file. With it, what is typed is kept on the server a moment after typing stops.
"use strict";
for (const form of document.querySelectorAll("form[data-draft]")) {
  const said = form.querySelector("[data-draft-said]");
  let timer = 0, dirty = false, sent = false, busy = false;
  const data = () => {
    const found = new FormData(form);
    found.set("form", form.dataset.form);
    return found;
  };
  const save = async () => {
    clearTimeout(timer);
    if (!dirty || sent || busy) return;
    dirty = false;
    busy = true;
    try {
      const reply = await fetch(form.dataset.draft, { method: "POST", body: data(), redirect: "error" });
      if (said && (reply.ok || reply.status === 422)) said.textContent = (await reply.json()).says;
      if (reply.ok) document.dispatchEvent(new Event("desk:asked"));
    } catch {
      dirty = true; // kept with the next change; sending the form itself loses nothing either
    }
    busy = false;
  };
  const typed = () => {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, 2000);
  };
  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  form.addEventListener("submit", () => {
    sent = true;
    clearTimeout(timer);
  });
  document.addEventListener("desk:save", save);
  addEventListener("pagehide", () => {
    if (dirty && !sent) navigator.sendBeacon(form.dataset.draft, data());
  });
}
(document.getElementById("changed") || document.getElementById("errors"))?.focus();
