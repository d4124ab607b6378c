// The list of models: which rows are selected, facets folded on a narrow screen.
(function () {
  "use strict";
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const facets = document.querySelector(".mo-fold");
  if (facets && matchMedia("(max-width: 1000px)").matches) facets.open = false;
  // looking for an option is no filter yet
  for (const name of ["change", "input"]) {
    all(".mo-facets").forEach((form) => form.addEventListener(name, (e) => { if (e.target.matches(".mo-find")) e.stopPropagation(); }, true));
  }
  // a facet that is counted anew stays as it was opened
  document.addEventListener("htmx:oobBeforeSwap", (e) => {
    const was = e.detail.target.querySelector(":scope.mo-facet > details");
    const will = e.detail.fragment.querySelector("details");
    if (was && will) will.open = was.open;
  });
  // an address says only what was asked for
  document.addEventListener("htmx:configRequest", (e) => {
    if (e.target.id !== "facets") return;
    for (const [key, value] of Array.from(e.detail.formData.entries())) if (value === "") e.detail.formData.delete(key);
  });

  const bar = document.getElementById("bulk");
  const result = document.getElementById("result");
  if (!bar || !result) return;
  const everything = bar.elements.namedItem("all");
  const more = bar.querySelector("[data-all]");
  const boxes = () => all("input[name=id]", result);
  const draw = () => {
    const rows = boxes();
    const on = rows.filter((box) => box.checked);
    const table = result.querySelector("table");
    const found = table ? Number(table.dataset.found) : 0;
    if (on.length < rows.length) everything.value = "";
    rows.forEach((box) => box.closest("tr").classList.toggle("is-on", box.checked));
    bar.hidden = on.length === 0;
    bar.querySelector("[data-n]").textContent = everything.value ? found.toLocaleString("en") : on.length;
    more.hidden = Boolean(everything.value) || on.length < rows.length || found <= rows.length;
    more.textContent = `Select all ${found.toLocaleString("en")} that fit`;
    const page = result.querySelector("[data-page]");
    if (page) {
      page.checked = on.length > 0 && on.length === rows.length;
      page.indeterminate = on.length > 0 && on.length < rows.length;
    }
  };
  const select = (on) => { boxes().forEach((box) => { box.checked = on; }); everything.value = ""; draw(); };
  let last = null;
  result.addEventListener("click", (e) => {
    if (e.target.name !== "id") return;
    const rows = boxes();
    if (e.shiftKey && last && rows.includes(last)) {
      const [from, to] = [rows.indexOf(last), rows.indexOf(e.target)].sort((a, b) => a - b);
      rows.slice(from, to + 1).forEach((box) => { box.checked = e.target.checked; });
    }
    last = e.target;
  });
  result.addEventListener("change", (e) => {
    if (e.target.matches("[data-page]")) select(e.target.checked);
    else if (e.target.name === "id") draw();
  });
  more.addEventListener("click", () => { everything.value = "1"; draw(); });
  bar.querySelector("[data-none]").addEventListener("click", () => select(false));
  document.addEventListener("htmx:afterSettle", draw);
  window.addEventListener("pageshow", draw);
})();
