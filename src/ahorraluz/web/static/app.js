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

  // A file on its way: how far it is, then what the server found in it.
  document.querySelectorAll("form[data-upload]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      if (!window.FormData || !window.DOMParser) return;
      event.preventDefault();
      var place = form.querySelector(".progress");
      var bar = place.querySelector("progress");
      var words = place.querySelector("p");
      var button = form.querySelector("button");
      var sent = new XMLHttpRequest();
      function fail() {
        words.textContent = form.dataset.failed;
        bar.hidden = true;
        button.disabled = false;
      }
      place.hidden = false;
      bar.hidden = false;
      button.disabled = true;
      words.textContent = form.dataset.sending;
      sent.upload.addEventListener("progress", function (moved) {
        if (!moved.lengthComputable) return;
        bar.value = 100 * moved.loaded / moved.total;
        if (moved.loaded === moved.total) {
          bar.removeAttribute("value");
          words.textContent = form.dataset.reading;
        }
      });
      sent.addEventListener("load", function () {
        if (sent.status === 200) { window.location.assign(sent.responseURL); return; }
        var answer = new DOMParser().parseFromString(sent.responseText, "text/html");
        var summary = answer.getElementById("errors");
        if (!summary) { fail(); return; }
        var old = document.getElementById("errors");
        if (old) old.remove();
        form.insertBefore(document.importNode(summary, true), form.children[1]).focus();
        place.hidden = true;
        button.disabled = false;
      });
      sent.addEventListener("error", fail);
      sent.open("POST", form.action);
      sent.send(new FormData(form));
    });
  });

  // Work that goes on: looked at every second, and shown once it is over.
  if (document.querySelector("[data-progress]") && window.fetch) (function look() {
    window.setTimeout(function () {
      fetch(window.location.href).then(function (answer) {
        if (answer.redirected) { window.location.assign(answer.url); return; }
        return answer.text().then(function (html) {
          if (html.indexOf("data-progress") < 0) window.location.reload(); else look();
        });
      }).catch(look);
    }, 1000);
  })();

  // Bars say what they are under a finger, a mouse, or the arrow keys.
  document.querySelectorAll("figure[data-bars]").forEach(function (figure) {
    var picture = figure.querySelector("svg");
    var bars = Array.prototype.slice.call(figure.querySelectorAll("[data-says]"));
    var words = figure.querySelector(".reading");
    var at = -1;
    function tell(place) {
      if (at >= 0) bars[at].classList.remove("read");
      at = Math.max(0, Math.min(bars.length - 1, place));
      bars[at].classList.add("read");
      words.hidden = false;
      words.textContent = bars[at].dataset.says;
    }
    function near(event) {
      var best = 0, least = Infinity;
      bars.forEach(function (bar, place) {
        var box = bar.getBoundingClientRect();
        var far = Math.abs(box.left + box.width / 2 - event.clientX);
        if (far < least) { least = far; best = place; }
      });
      tell(best);
    }
    picture.setAttribute("tabindex", "0");
    picture.addEventListener("pointermove", near);
    picture.addEventListener("pointerdown", near);
    picture.addEventListener("keydown", function (event) {
      var step = { ArrowRight: 1, ArrowLeft: -1, Home: -bars.length, End: bars.length }[event.key];
      if (!step) return;
      event.preventDefault();
      tell(at + step);
    });
  });

  // Pages of a home are kept for when there is no net; nobody else's visit keeps anything.
  if ("serviceWorker" in navigator && document.documentElement.hasAttribute("data-home"))
    navigator.serviceWorker.register("/sw.js").catch(function () {});

  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
})();
