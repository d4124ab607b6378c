// A file dropped on the form is the file chosen.
(function () {
  "use strict";
  const form = document.querySelector("[data-drop]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const over = (on) => form.classList.toggle("over", on);
  form.addEventListener("dragover", (e) => { e.preventDefault(); over(true); });
  form.addEventListener("dragleave", () => over(false));
  form.addEventListener("drop", (e) => {
    e.preventDefault();
    over(false);
    if (e.dataTransfer.files.length) input.files = e.dataTransfer.files;
  });
})();
