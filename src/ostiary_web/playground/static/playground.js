// The page works without this file. With it, the answer follows each change, and the focus stays where it was.
"use strict";
(() => {
  const form = document.getElementById("form");
  let latest = null;
  let whole = false; // whether the facts must be laid out anew; kept while a newer question overtakes an older one

  const ids = (root, selector) => Array.from(root.querySelectorAll(selector), (one) => one.id).filter(Boolean);
  const swap = (fresh, id) => {
    const now = document.getElementById(id), then = fresh.getElementById(id);
    if (now && then) now.innerHTML = then.innerHTML;
  };
  const text = (fresh, id) => {
    const now = document.getElementById(id), then = fresh.getElementById(id);
    if (now.textContent !== then.textContent) now.textContent = then.textContent;
  };

  // What stays as a person left it: open parts, places of scrolling.
  const keepOpen = (fresh) => {
    for (const id of ids(document, "details[open]")) fresh.getElementById(id)?.setAttribute("open", "");
  };
  const focusOn = (id) => {
    const place = document.getElementById(id);
    if (!place) return;
    place.closest("details")?.setAttribute("open", "");
    const inside = (what) => place.matches("fieldset") && place.querySelector(what);
    (inside("summary") || inside("input:checked") || inside("input") || place).focus();
  };

  const show = (fresh, everything, then) => {
    const focus = then || document.activeElement?.id;
    const answer = document.getElementById("answer"), top = answer.scrollTop;
    const look = (root) => root.querySelector("[name=copy]").value; // the server's choice, where ours is gone
    keepOpen(fresh);
    if (everything || look(document) !== look(fresh)) {
      swap(fresh, "facts");
    } else {
      for (const row of document.querySelectorAll("[data-fact]")) {
        swap(fresh, row.querySelector(".mark").id);
        row.className = fresh.getElementById(row.id)?.className ?? row.className;
        const said = row.querySelector("summary"), other = fresh.getElementById(row.id)?.querySelector("summary");
        if (said && other && said.textContent !== other.textContent) said.innerHTML = other.innerHTML;
      }
    }
    swap(fresh, "answer");
    swap(fresh, "problems-place");
    text(fresh, "said");
    text(fresh, "changes");
    document.title = fresh.title;
    answer.scrollTop = top;
    offerCopy();
    if (focus && document.activeElement?.id !== focus) focusOn(focus);
  };

  const ask = async (submitter, then) => {
    whole ||= submitter !== null;
    const other = submitter?.value.match(/^look:(.*)/);
    if (other) document.querySelector("[name=copy]").value = other[1];
    latest?.abort();
    latest = new AbortController();
    const { signal } = latest;
    const data = new FormData(form);
    data.delete("file");
    data.set("do", submitter?.value ?? "show");
    form.setAttribute("aria-busy", "true");
    try {
      const reply = await fetch(form.getAttribute("action"), { method: "POST", body: data, signal });
      if (reply.status !== 200 && reply.status !== 422) throw new Error(String(reply.status));
      show(new DOMParser().parseFromString(await reply.text(), "text/html"), whole, then);
      whole = false;
    } catch (fault) {
      if (fault.name === "AbortError") return;
      document.getElementById("said").textContent = form.dataset.silent;
    }
    if (!signal.aborted) form.removeAttribute("aria-busy");
  };

  const offerCopy = () => {
    const button = document.getElementById("copy-file");
    if (button && navigator.clipboard) button.hidden = false;
  };

  form.addEventListener("change", (event) => {
    if (!("quiet" in event.target.dataset)) ask(null);
  });
  form.addEventListener("submit", (event) => {
    const by = event.submitter;
    if (!by || !/^(show|reset|look:|undo:)/.test(by.value) || by.id === "download") return;
    event.preventDefault();
    ask(by, by.dataset.then);
  });
  form.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-then]");
    if (link) {
      event.preventDefault();
      focusOn(link.dataset.then);
    }
    if (event.target.id === "copy-file") {
      navigator.clipboard.writeText(document.getElementById("yaml").value).then(() => {
        event.target.textContent = "Copied";
      });
    }
  });

  offerCopy();
  document.getElementById("problems")?.focus();
})();
