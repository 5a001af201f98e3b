// The letter of a made-up docket, drawn anew while its wording is typed. The page works without this.
const form = document.querySelector("form[data-preview]");
const shown = document.querySelector("[data-shown]");

if (form && shown) {
  let waiting = 0;
  let latest = 0;
  const draw = async () => {
    const asked = ++latest;
    const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form) }).catch(() => null);
    // An answer to older words is not shown; a session that has ended is said by the page's own dialog.
    if (!answer || answer.redirected || asked !== latest) return;
    const made = new DOMParser().parseFromString(await answer.text(), "text/html");
    shown.replaceChildren(...made.body.childNodes);
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(draw, 400);
  });
}
