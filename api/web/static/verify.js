// A document dropped on the page is the one to verify.
"use strict";
(() => {
  const form = document.querySelector("[data-drop]");
  const file = form.elements.file;

  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.add("dropping");
    });
  }
  form.addEventListener("dragleave", () => form.classList.remove("dropping"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("dropping");
    if (event.dataTransfer.files.length) {
      file.files = event.dataTransfer.files;
      form.requestSubmit();
    } else {
      form.elements.text.value = event.dataTransfer.getData("text/plain");
    }
  });
})();
