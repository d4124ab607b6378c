// Shell behaviour: theme, narrow-screen menu, palette, faults of htmx requests. Pages add their own file.
(function () {
  "use strict";
  const root = document.documentElement;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));

  all("[data-theme-toggle]").forEach((button) => button.addEventListener("click", () => {
    const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    root.dataset.bsTheme = theme;
    try { localStorage.setItem("rm-theme", theme); } catch (e) { /* storage may be off */ }
    document.dispatchEvent(new CustomEvent("rm:theme", { detail: theme }));
  }));

  const side = one("#side");
  const menu = one("[data-menu]");
  const openMenu = (open) => {
    side.classList.toggle("open", open);
    menu.setAttribute("aria-expanded", String(open));
    (open ? one("a", side) : menu).focus();
  };
  if (side && menu) {
    menu.addEventListener("click", () => openMenu(!side.classList.contains("open")));
    document.addEventListener("click", (e) => {
      if (side.classList.contains("open") && !side.contains(e.target) && !e.target.closest("[data-menu]")) openMenu(false);
    });
    document.addEventListener("keydown", (e) => { if (e.key === "Escape" && side.classList.contains("open")) openMenu(false); });
  }

  const palette = one("#palette");
  if (palette) {
    const input = one("input", palette);
    const list = one("#found", palette);
    const links = () => all("a", list);
    const selected = () => links().findIndex((a) => a.classList.contains("sel"));
    const select = (link) => {
      links().forEach((a) => { a.classList.toggle("sel", a === link); a.setAttribute("aria-selected", String(a === link)); });
      if (link) { link.scrollIntoView({ block: "nearest" }); input.setAttribute("aria-activedescendant", link.id); }
    };
    const open = () => {
      if (palette.open) return;
      input.value = "";
      palette.showModal();
      htmx.trigger(input, "rm:open");
    };
    // after settling: htmx puts back the attributes of elements that kept their id
    list.addEventListener("htmx:afterSettle", () => select(links()[0]));
    palette.addEventListener("keydown", (e) => {
      const found = links();
      const at = selected();
      if (e.key === "ArrowDown") { select(found[Math.min(at + 1, found.length - 1)]); e.preventDefault(); }
      if (e.key === "ArrowUp") { select(found[Math.max(at - 1, 0)]); e.preventDefault(); }
      if (e.key === "Enter" && found[at]) { location.href = found[at].href; e.preventDefault(); }
    });
    palette.addEventListener("click", (e) => { if (e.target === palette) palette.close(); });
    all("[data-palette]").forEach((button) => button.addEventListener("click", open));
    document.addEventListener("keydown", (e) => {
      if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "k") { e.preventDefault(); open(); }
    });
  }

  document.addEventListener("keydown", (e) => {
    if (e.key !== "/" || /input|textarea|select/i.test(document.activeElement.tagName)) return;
    const search = one("[data-search]");
    if (search) { e.preventDefault(); search.focus(); }
  });

  // One pressed button in a segmented control.
  all(".rm-seg").forEach((group) => group.addEventListener("click", (e) => {
    const button = e.target.closest("button");
    if (!button) return;
    all("button", group).forEach((b) => b.setAttribute("aria-pressed", String(b === button)));
    group.dispatchEvent(new CustomEvent("rm:seg", { detail: button.value, bubbles: true }));
  }));

  document.addEventListener("click", (e) => {
    const button = e.target.closest("[data-copy]");
    if (!button) return;
    navigator.clipboard.writeText(button.dataset.copy).then(() => {
      const before = button.getAttribute("aria-label");
      button.setAttribute("aria-label", "Copied");
      button.classList.add("done");
      setTimeout(() => { button.setAttribute("aria-label", before); button.classList.remove("done"); }, 1600);
    });
  });

  // Small windows under a button close on a click elsewhere and on Escape.
  const pops = () => all("details.rm-pop[open]");
  document.addEventListener("click", (e) => pops().forEach((pop) => { if (!pop.contains(e.target)) pop.open = false; }));
  document.addEventListener("keydown", (e) => {
    if (e.key === "Escape") pops().forEach((pop) => { pop.open = false; one("summary", pop).focus(); });
  });

  const toast = one("#toast");
  let fading;
  const say = (text) => {
    toast.textContent = text;
    toast.hidden = false;
    clearTimeout(fading);
    fading = setTimeout(() => { toast.hidden = true; }, 9000);
  };
  document.body.addEventListener("htmx:responseError", (e) => {
    const plain = (e.detail.xhr.getResponseHeader("Content-Type") || "").startsWith("text/plain");
    say(plain ? e.detail.xhr.responseText : "The server could not answer. Load the page again.");
  });
  document.body.addEventListener("htmx:sendError", () => say("The server does not answer. Nothing was changed."));
})();
