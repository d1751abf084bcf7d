"use strict";
// Runs before anything is shown, so that no page flashes in the other theme. Without a choice of the
// reader's, and without script, the page follows the system.
(() => {
  const KEY = "roundtable-theme";
  const THEMES = ["light", "dark"];
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const system = () => (dark.matches ? "dark" : "light");
  // Some browsers keep nothing for a file; then a choice lasts as long as the page.
  const quietly = (act) => { try { return act(); } catch { return null; } };
  let chosen = quietly(() => localStorage.getItem(KEY));
  if (!THEMES.includes(chosen)) chosen = null;

  const apply = () => {
    if (chosen === null) delete root.dataset.theme;
    else root.dataset.theme = chosen;
    const button = document.getElementById("theme");
    if (!button) return;
    button.dataset.to = (chosen ?? system()) === "dark" ? "light" : "dark";
    button.textContent = button.dataset.to === "dark" ? "☾ Dark" : "☀ Light";
    button.setAttribute("aria-label", `Use the ${button.dataset.to} theme`);
    button.hidden = false;
  };

  apply();
  dark.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", () => {
    apply();
    document.getElementById("theme")?.addEventListener("click", (event) => {
      const to = event.currentTarget.dataset.to;
      // What the system says anyway needs no choice: the page goes on following it.
      chosen = to === system() ? null : to;
      quietly(() => (chosen === null ? localStorage.removeItem(KEY) : localStorage.setItem(KEY, chosen)));
      apply();
    });
  });

  // Paper shows what is folded away too.
  let unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded = [...document.querySelectorAll("details.fold:not([open])")];
    for (const one of unfolded) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of unfolded) one.open = false;
  });
})();
