// Small comforts; every page works without them.
(function () {
  "use strict";
  var errors = document.getElementById("errors");
  if (errors) errors.focus();

  // Fields left empty need no place in the address.
  document.querySelectorAll("form[method=get]").forEach(function (form) {
    form.addEventListener("submit", function () {
      Array.prototype.forEach.call(form.elements, function (field) {
        if (field.name && !field.value) field.disabled = true;
      });
      form.querySelectorAll(".appliance").forEach(function (row) {
        if (!row.querySelector("input[type=checkbox]").checked)
          row.querySelectorAll(".numbers input").forEach(function (field) { field.disabled = true; });
      });
    });
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("[disabled]").forEach(function (field) { field.disabled = false; });
  });

  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
})();
