// Before the session ends it asks; after its end it hides what stands on the page. Drafts are kept on the server.
"use strict";
(() => {
  const box = document.getElementById("session");
  const whole = Number(box.dataset.seconds) * 1000, warn = Math.min(120_000, whole / 2);
  const before = box.querySelector("[data-before]"), after = box.querySelector("[data-after]");
  const others = "BroadcastChannel" in window ? new BroadcastChannel("desk-session") : null;
  let ends = Date.now() + whole;

  const look = () => {
    const left = ends - Date.now();
    if (left > warn) {
      if (box.open && !before.hidden) box.close();
      return;
    }
    if (left <= 0 && after.hidden) {
      before.hidden = true;
      after.hidden = false;
      box.setAttribute("aria-labelledby", "session-over");
      after.querySelector("h2").id = "session-over";
      document.getElementById("main").hidden = true;
      if (box.open) after.querySelector("a").focus();
    } else if (left > 0) {
      const minutes = Math.ceil(left / 60_000);
      const says = minutes > 1 ? box.dataset.minutes.replace("%(n)s", minutes) : box.dataset.minute;
      const place = box.querySelector("[data-left]");
      if (place.textContent !== says) place.textContent = says;
    }
    if (!box.open) box.showModal();
  };
  const renewed = (tell) => {
    if (after.hidden) ends = Date.now() + whole;
    if (tell) others?.postMessage("asked");
    look();
  };

  box.addEventListener("cancel", (event) => event.preventDefault());
  box.querySelector("[data-stay]").addEventListener("click", async () => {
    try {
      const data = new FormData(box.querySelector("form"));
      const reply = await fetch(box.dataset.alive, { method: "POST", body: data, redirect: "error" });
      if (!reply.ok) throw new Error(String(reply.status));
      renewed(true);
    } catch {
      ends = 0; // it has ended, or the site does not answer: log in again
      look();
    }
  });
  document.addEventListener("desk:asked", () => renewed(true));
  if (others) others.onmessage = () => renewed(false);
  others?.postMessage("asked");
  setInterval(look, 5_000);
  document.addEventListener("visibilitychange", look);
})();
