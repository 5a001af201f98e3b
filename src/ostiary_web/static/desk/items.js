// The form works without this file. With it, one choice ticks the whole group, a tick makes the choice, and it counts.
"use strict";
for (const section of document.querySelectorAll("[data-items]")) {
  const groups = Array.from(section.querySelectorAll("[data-group]"), (place) => ({
    size: Number(place.dataset.group),
    radios: Array.from(place.querySelectorAll("input[type=radio]")),
    ticks: Array.from(place.querySelectorAll("input[type=checkbox]")),
  }));
  const chosen = (group) => group.radios.find((one) => one.checked)?.value;
  const given = (group) => {
    if (chosen(group) === "all") return group.size;
    return chosen(group) === "some" ? group.ticks.filter((one) => one.checked).length : 0;
  };
  const said = section.querySelector("[data-count]");
  const count = () => {
    if (!said) return;
    const n = groups.reduce((sum, group) => sum + given(group), 0);
    said.textContent = said.dataset.count.replace("%(n)s", n).replace("%(all)s", said.dataset.all);
    said.hidden = false;
  };
  for (const group of groups) {
    for (const radio of group.radios) {
      radio.addEventListener("change", () => {
        if (radio.value !== "some") for (const one of group.ticks) one.checked = radio.value === "all";
        count();
      });
    }
    for (const tick of group.ticks) {
      tick.addEventListener("change", () => {
        const some = group.radios.find((one) => one.value === "some");
        if (some) some.checked = true;
        count();
      });
    }
  }
  // Four hundred ticks that one choice says already need not be sent.
  section.closest("form")?.addEventListener("formdata", (event) => {
    for (const group of groups) {
      if (chosen(group) !== "some" && group.ticks.length) event.formData.delete(group.ticks[0].name);
    }
  });
  count();
}
